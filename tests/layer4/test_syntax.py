import pytest

from caddylite.codec import to_plain
from caddylite.errors import ConfigError
from caddylite.layer4.syntax import parse_server
from tests.layer4.clients import words


def server(text):
    d = words(text)
    d.next()
    return to_plain(parse_server(d))


def complaint(text):
    with pytest.raises(ConfigError) as caught:
        server(":443 {\n" + text + "\n}")
    return str(caught.value)


def test_a_server():
    text = (
        ":443 udp/:53 {\nroute @b @a {\nclose\n}\n@a ssh\n@b {\ntls sni x\nremote_ip ::1\n}\n"
        "idle_timeout 5s\nmatching_timeout 1d\nroute {\necho\n}\n}"
    )
    assert server(text) == {
        "idle_timeout": 5_000_000_000,
        "listen": [":443", "udp/:53"],
        "matching_timeout": 86_400_000_000_000,
        "routes": [
            {
                "handle": [{"handler": "close"}],
                "match": [{"remote_ip": {"ranges": ["::1"]}, "tls": {"sni": ["x"]}}, {"ssh": {}}],
            },
            {"handle": [{"handler": "echo"}]},
        ],
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("@a ssh\n@a http", "duplicate matcher set '@a', at Caddyfile:4"),
        ("route @x {\necho\n}", "undefined matcher set '@x', at Caddyfile:3"),
        ("@a", "wrong argument count or unexpected line ending after '@a', at Caddyfile:3"),
        ("@a {\nssh\nssh\n}", "duplicate matcher module 'ssh', at Caddyfile:5"),
        ("idle_timeout 5s\nidle_timeout 5s", "duplicate option 'idle_timeout', at Caddyfile:4"),
        ("matching_timeout", "wrong argument count"),
        ("matching_timeout 5s 6s", "wrong argument count"),
        ("matching_timeout x", "parsing option 'matching_timeout' duration: time: invalid"),
        ("bogus", "wrong argument count or unexpected line ending after 'bogus', at Caddyfile:3"),
        (
            "route {\nbogus\n}",
            "getting module named 'layer4.handlers.bogus': module not registered: "
            "layer4.handlers.bogus, at Caddyfile:4",
        ),
    ],
)
def test_complaints(text, wanted):
    assert wanted in complaint(text)

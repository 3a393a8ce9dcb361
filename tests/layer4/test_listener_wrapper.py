"""``layer4`` as a global option and as a listener wrapper."""

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.codec import to_plain
from caddylite.errors import ConfigError


def adapted(text):
    return to_plain(from_caddyfile(text)[0])["apps"]


def test_several_options_are_one():
    text = "{\nlayer4 {\n:1 {\n}\n:2 {\n}\n}\nlayer4 {\n:3 {\n}\n}\n}\n"
    servers = adapted(text)["layer4"]["servers"]
    assert {name: s["listen"] for name, s in servers.items()} == {
        "srv0": [":1"],
        "srv1": [":2"],
        "srv2": [":3"],
    }


def test_a_wrapper():
    text = (
        "{\nservers {\nlistener_wrappers {\nlayer4 {\n@a ssh\nroute @a {\nproxy a:22\n}\n"
        "matching_timeout 1s\n}\ntls\n}\n}\n}\nexample.com {\nrespond hi\n}\n"
    )
    wrappers = adapted(text)["http"]["servers"]["srv0"]["listener_wrappers"]
    assert wrappers[0] == {
        "matching_timeout": 1_000_000_000,
        "routes": [
            {
                "handle": [{"handler": "proxy", "upstreams": [{"dial": ["a:22"]}]}],
                "match": [{"ssh": {}}],
            }
        ],
        "wrapper": "layer4",
    }
    assert wrappers[1] == {"wrapper": "tls"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "{\nlayer4 x\n}\n",
            "parsing caddyfile tokens for 'layer4': wrong argument count or unexpected line "
            "ending after 'layer4', at Caddyfile:2",
        ),
        (
            "{\nservers {\nlistener_wrappers {\nlayer4 {\nidle_timeout 5s\n}\n}\n}\n}\n",
            "parsing caddyfile tokens for 'servers': wrong argument count or unexpected line "
            "ending after 'idle_timeout', at Caddyfile:5",
        ),
    ],
)
def test_complaints(text, why):
    with pytest.raises(ConfigError) as caught:
        from_caddyfile(text)
    assert str(caught.value) == why

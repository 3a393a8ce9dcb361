import pytest

from tests.layer4.handlers.reading import bad_json, complaint, handler


def test_options():
    options = "allow private_ranges\nallow 1.2.3.4/32\ndeny ::/0\nfallback_policy use\ntimeout 1s"
    shape = handler(f"proxy_protocol {{\n{options}\n}}")
    assert shape.pop("allow")[-2:] == ["::1", "1.2.3.4/32"]
    assert shape == {
        "handler": "proxy_protocol",
        "deny": ["::/0"],
        "fallback_policy": "USE",
        "timeout": 1_000_000_000,
    }


def test_the_default_policy_is_not_written():
    assert handler("proxy_protocol {\nfallback_policy Ignore\n}") == {"handler": "proxy_protocol"}


@pytest.mark.parametrize(
    ("option", "wanted"),
    [
        ("fallback_policy x", "x is invalid policy, at Caddyfile:4"),
        ("timeout 1s\ntimeout 1s", "duplicate proxy_protocol option 'timeout'"),
        ("allow", "wrong argument count"),
        ("timeout x", "parsing proxy_protocol option 'timeout' duration"),
    ],
)
def test_complaints(option, wanted):
    assert wanted in complaint(f"proxy_protocol {{\n{option}\n}}")


def test_json():
    complaint = bad_json({"handler": "proxy_protocol", "fallback_policy": "no"})
    assert complaint.endswith("layer4.handlers.proxy_protocol: no is invalid policy")

from caddylite.layer4.matching import Connection
from tests.layer4.clients import complaint, matcher, plain, says, unusable


def test_captures():
    cx = Connection(vars={"name": "vpn.example.com"})
    match = matcher(r"vars_regexp who name ^([a-z]+)\.(?P<rest>.+)$")
    assert says(match, b"", cx) is True
    assert cx.expand("{l4.regexp.who.1} {l4.regexp.rest} {l4.regexp.0}") == (
        "vpn example.com vpn.example.com"
    )
    assert says(match, b"", Connection(vars={"name": "VPN"})) is False


def test_a_placeholder_can_be_matched():
    cx = Connection(placeholders={"l4.http.host": "a.b"})
    assert says(matcher("vars_regexp {l4.http.host} ^a"), b"", cx) is True


def test_syntax():
    assert plain("vars_regexp n a b") == {"vars_regexp": {"a": {"name": "n", "pattern": "b"}}}
    assert "wrong argument count" in complaint("vars_regexp a")
    assert unusable("vars_regexp a (") == (
        "compiling matcher regexp (: error parsing regexp: missing closing ): `(`"
    )

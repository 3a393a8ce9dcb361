import pytest

from tests.layer4.clients import (
    complaint,
    decides_after,
    matcher,
    plain,
    says_to_datagrams,
    settles,
    unusable,
)
from tests.wire.queries import query


def stream(message):
    return len(message).to_bytes(2, "big") + message


@pytest.mark.parametrize(
    ("rules", "name", "kind", "wanted"),
    [
        ("allow example.com.", "example.com", 1, True),
        ("allow Example.COM.", "eXample.com", 1, True),
        ("allow example.com.", "example.org", 1, False),
        ("allow example.com", "example.com", 1, False),
        ("allow * A", "example.com", 28, False),
        ("allow * * IN", "example.com", 28, True),
        ("deny example.com.", "example.com", 1, False),
        ("deny example.com.", "example.org", 1, True),
        ("deny example.com.\ndefault_deny", "example.org", 1, False),
        ("allow a.\ndeny b.", "c", 1, True),
        ("allow a.\ndeny b.\ndefault_deny", "c", 1, False),
        ("allow a.\ndeny a.", "a", 1, False),
        ("allow a.\ndeny a.\nprefer_allow", "a", 1, True),
        (r"allow_regexp ^(|[-a-z]+\.)example\.com\.$", "www.example.com", 1, True),
        ("allow_regexp * ^(A|AAAA)$", "x", 28, True),
        ("deny_regexp * ^ANY$", "x", 255, False),
        ("allow *", "x", 4242, False),
    ],
)
def test_rules(rules, name, kind, wanted):
    match = matcher(f"dns {{\n{rules}\n}}")
    assert says_to_datagrams(match, [query(name, kind)]) is wanted
    assert settles(match, stream(query(name, kind)), wanted)


def test_several_questions_must_all_be_allowed():
    match = matcher("dns {\ndeny b.\n}")
    assert says_to_datagrams(match, [query("a", more=("c",))]) is True
    assert says_to_datagrams(match, [query("a", more=("b",))]) is False


def test_what_cannot_be_a_query_is_refuted_early():
    match = matcher("dns")
    assert decides_after(match, b"\x16\x03\x01\x02\0\x01") == 6
    assert decides_after(match, b"SSH-2.0-x") == 6
    assert settles(match, b"\0\x05abcde", False)
    assert settles(match, b"GET / HTTP/1.1\r\n\r\n", False)


def test_a_second_query_behind_the_first_changes_nothing():
    message = stream(query("a.b"))
    assert settles(matcher("dns"), message + message, True)


def test_syntax():
    assert plain("dns") == {"dns": {}}
    assert plain("dns {\nallow a A IN\ndeny_regexp * b\nprefer_allow\n}") == {
        "dns": {
            "allow": [{"class": "IN", "name": "a", "type": "A"}],
            "deny": [{"type_regexp": "b"}],
            "prefer_allow": True,
        }
    }
    assert "duplicate dns option 'default_deny'" in (
        complaint("dns {\ndefault_deny\ndefault_deny\n}")
    )
    assert "malformed dns option allow: nested blocks are not supported" in (
        complaint("dns {\nallow a {\nb\n}\n}")
    )
    assert "wrong argument count" in complaint("dns {\nallow a b c d\n}")
    assert unusable("dns {\nallow_regexp (\n}") == ("error parsing regexp: missing closing ): `(`")

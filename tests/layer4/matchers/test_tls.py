"""The ``tls`` matcher: what it asks of a ClientHello, and what it says when there is none."""

import pytest

from caddylite.layer4.matching import NeedMore, Peek
from tests.layer4.clients import (
    complaint,
    decides_after,
    from_json,
    matcher,
    plain,
    recording,
    says,
    settles,
    tcp,
)
from tests.wire.hellos import hello, records


def test_waits_for_the_whole_hello_and_commits_with_the_first_record_header():
    data = hello("vpn.example.com")
    match = matcher("tls sni vpn.example.com")
    assert settles(match, data, True)
    assert decides_after(match, data) == len(data)
    for end, committed in ((4, False), (5, True), (len(data) - 1, True)):
        with pytest.raises(NeedMore) as more:
            match(Peek(data[:end]))
        assert more.value.committed is committed


def test_puts_the_hello_together_from_several_records():
    split = records(hello("vpn.example.com"), 3, 1, 40)
    assert settles(matcher("tls sni vpn.example.com"), split, True)
    assert settles(matcher("tls sni other.example.com"), split, False)


@pytest.mark.parametrize(
    ("pattern", "name", "wanted"),
    [
        ("a.example.com", "A.Example.COM", True),
        ("A.example.com", "a.example.com", True),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "b.a.example.com", False),
        ("*.*.example.com", "b.a.example.com", True),
        ("*.example.com", "example.com", False),
        ("*", "localhost", True),
        ("*", "a.b", False),
        ("a.*.com", "a.b.com", False),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("a.example.com", "a.example.com.", False),
    ],
)
def test_names_match_as_certificates_names_do(pattern, name, wanted):
    assert says(matcher(f"tls sni {pattern}"), hello(name)) is wanted


def test_absent_name_no_tls_and_unreadable_are_different_answers():
    match = matcher("tls sni a.example")

    def why(data):
        p = Peek(data)
        assert match(p) is False
        return p.why

    assert "no server name" in why(hello(""))
    assert "'b.example'" in why(hello("b.example"))
    assert "0x47 is not a TLS handshake record" in why(b"GET / HTTP/1.1\r\n\r\n")
    broken = records(b"\x01\0\0\x04abcd")
    assert "lengths do not add up" in why(broken)


def test_handshake_records_without_a_readable_hello_are_tls_without_a_name():
    server_hello = records(b"\x02\0\0\x02ab")
    assert says(matcher("tls"), server_hello) is True
    assert says(matcher("tls sni a"), server_hello) is False
    assert says(matcher("not tls sni a"), server_hello) is True


def test_a_hello_of_more_than_16_kib_is_never_decided():
    huge = hello("a.example", padding=17000)
    assert says(matcher("tls"), huge) is None


def test_sets_placeholders():
    cx = tcp()
    assert says(matcher("tls"), hello("a.example"), cx) is True
    assert cx.expand("{l4.tls.server_name} {l4.tls.version}") == "a.example tls1.2"


def test_captures_of_sni_regexp():
    cx = tcp()
    match = matcher(r"tls sni_regexp host ^([a-z]+)\.(?P<rest>.*)$")
    assert says(match, hello("vpn.example.com"), cx) is True
    assert cx.expand("{tls.regexp.host.1} {tls.regexp.rest}") == "vpn example.com"


def test_placeholders_in_names_are_global_ones_only(monkeypatch):
    monkeypatch.setenv("NAME", "a.example")
    cx = tcp(placeholders={"l4.x": "a.example"})
    assert says(matcher("tls sni {env.NAME}"), hello("a.example"), cx) is True
    assert says(matcher("tls sni {l4.x}"), hello("a.example"), cx) is False
    assert says(matcher("tls alpn {l4.proto}"), hello("a", ["h2"]), cx) is False
    cx.placeholders["l4.proto"] = "h2"
    assert says(matcher("tls alpn {l4.proto}"), hello("a", ["h2"]), cx) is True


def test_several_matchers_must_all_match():
    match = matcher("tls {\nsni a.example\nalpn h2\nremote_ip !10.0.0.0/8\n}")
    assert says(match, hello("a.example", ["h2"])) is True
    assert says(match, hello("a.example", ["http/1.1"])) is False
    assert says(match, hello("a.example", ["h2"]), tcp()) is True


def test_the_first_of_two_lines_counts_as_in_caddy_l4():
    assert plain("tls {\nsni a b\nsni c\n}") == {"tls": {"sni": ["a", "b"]}}


def test_json_and_words_say_the_same():
    assert plain("tls") == {"tls": {}}
    assert plain("tls sni_regexp n x.*") == {
        "tls": {"sni_regexp": {"name": "n", "pattern": "x.*"}}
    }
    match = from_json('{"tls": {"sni": ["vpn.example.test"]}}')
    assert says(match, recording("tls_openssl_sni_alpn")[0]) is True


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            "tls bogus x",
            "getting matcher module 'bogus': module not registered: tls.handshake_match.bogus, "
            "at Caddyfile:2",
        ),
        ("tls sni", "wrong argument count or unexpected line ending after 'sni', at Caddyfile:2"),
        (
            "tls sni a {\nb\n}",
            "malformed TLS handshake matcher 'sni': blocks are not supported, at Caddyfile:3",
        ),
    ],
)
def test_complaints(words, wanted):
    assert complaint(words) == wanted

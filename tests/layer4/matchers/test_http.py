from pathlib import Path

import pytest

from caddylite import registry
from caddylite.layer4.matching import NeedMore, Peek
from tests.layer4.clients import (
    complaint,
    decides_after,
    matcher,
    plain,
    says,
    settles,
    tcp,
    unusable,
)

REQUEST = b"GET /a/b?c=d HTTP/1.1\r\nHost: www.example.com:8080\r\nX-Test: 1\r\n\r\n"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("http", True),
        ("http host www.example.com", True),
        ("http host *.example.com", True),
        ("http host example.com", False),
        ("http path /a/*", True),
        ("http method POST", False),
        ("http header X-Test 1", True),
        ("http not path /a/*", False),
        ("http {\nnot {\nhost www.example.com\npath /b\n}\n}", True),
        ("http {\nhost www.example.com\npath /b\n}", False),
        ("http remote_ip 192.0.2.0/24", True),
        ("http client_ip 192.0.2.0/24", True),
        ("http path_regexp ^/a/.$", True),
        ("http header_regexp X-Test ^[0-9]$", True),
        ("http query c=d", True),
        ("http protocol http/1.1", True),
        ("http protocol grpc", False),
        ("http tls", False),
        ("http url_pattern /a/:x", True),
        ("http vars {http.request.method} GET", True),
        ("http vars client_ip 192.0.2.7", True),
        ("http vars {http.request.orig_uri.path} /a/b", True),
        ("http vars_regexp {http.request.uri.path} ^/a", True),
        ("http {\nfile {\nroot /\ntry_files /etc/passwd\n}\n}", True),
        ("http file /nope", False),
        ("http expression `path('/a/*') && {http.request.header.X-Test} == '1'`", True),
        ("http expression {http.request.orig_uri} == '/a/b?c=d'", True),
        ("http expression {http.request.body} == '' && {http.vars.trusted_proxy} == false", True),
        ("http expression `host('*.example.com') ? method('POST') : true`", False),
    ],
)
def test_request_matchers(words, wanted):
    assert settles(matcher(words), REQUEST, wanted)


def test_commits_with_a_whole_request_line():
    match = matcher("http")
    for end, committed in ((10, False), (22, False), (23, True), (len(REQUEST) - 1, True)):
        with pytest.raises(NeedMore) as more:
            match(Peek(REQUEST[:end]))
        assert more.value.committed is committed, end


@pytest.mark.parametrize(
    ("data", "after"),
    [
        (b"\x16\x03\x01", 1),
        (b"GET /\r\n", 6),
        (b"SSH-2.0-OpenSSH\r\n", 16),
        (b"GET / FTP/1.1\r\n", 7),
        (b"\r\nGET / HTTP/1.1\r\n\r\n", 1),
    ],
)
def test_is_refuted_by_the_first_byte_that_cannot_be_http(data, after):
    assert settles(matcher("http"), data, False)
    assert decides_after(matcher("http"), data) == after


def test_sets_the_host():
    cx = tcp()
    assert says(matcher("http"), REQUEST, cx) is True
    assert cx.expand("{l4.http.host}") == "www.example.com:8080"


def test_syntax():
    assert plain("http host a") == {"http": [{"host": ["a"]}]}
    assert plain("http") == {"http": [{}]}
    assert "getting matcher module 'bogus': module not registered: http.matchers.bogus" in (
        complaint("http bogus x")
    )


def test_every_request_matcher_can_be_asked():
    """Those that are named above are all there are."""
    text = Path(__file__).read_text()
    assert [n for n in registry.names("http.matchers") if f"http {n}" not in text] == []


def test_an_expression_without_a_value_does_not_match():
    assert says(matcher("http expression {http.request.nope}.startsWith('a')"), REQUEST) is False


def test_a_mistake_in_an_expression():
    assert unusable("http expression foo") == (
        "loading matcher modules: module name 'expression': "
        "provision http.matchers.expression: compiling CEL program: ERROR: <input>:1:1: "
        "undeclared reference to 'foo' (in container '')\n | foo\n | ^"
    )


def test_an_expression_matches_however_the_head_is_cut():
    match = matcher("http expression `{http.request.uri.query.c} == 'd'`")
    assert settles(match, REQUEST, True)

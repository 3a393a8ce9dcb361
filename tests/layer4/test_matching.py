from datetime import UTC, datetime

import pytest

from caddylite.layer4.matching import Connection, NeedMore, Peek, address_text, expand_early
from tests.layer4.clients import matcher


def test_placeholders_of_a_connection(monkeypatch):
    monkeypatch.setenv("NAME", "value")
    cx = Connection(("::1", 5), ("192.0.2.1", 443), started=86400.0, vars={"a": 1, "b": None})
    cx.placeholders["l4.tls.server_name"] = "{env.NAME}"
    assert cx.expand("{l4.conn.remote_addr}|{l4.conn.local_addr}") == "[::1]:5|192.0.2.1:443"
    assert cx.expand("{l4.vars.a}{l4.vars.b}{l4.vars.c}{l4.nothing}") == "1"
    assert cx.expand("{l4.tls.server_name} {env.NAME}") == "{env.NAME} value"
    assert cx.lookup("l4.conn.wrap_time") == datetime(1970, 1, 2, tzinfo=UTC)


def test_early_placeholders_are_the_houses(monkeypatch):
    class House:
        @staticmethod
        def globals(name):
            return f"<{name}>"

    assert expand_early("a{env.X}", House()) == "a<env.X>"
    monkeypatch.setenv("X", "y")
    assert expand_early("a{env.X}", None) == "ay"


def test_addresses_as_text():
    assert address_text("/run/x") == "/run/x"
    assert address_text(("fe80::1%eth0", 1)) == "[fe80::1%eth0]:1"


def test_reading_past_the_end_needs_more():
    p = Peek(b"abc")
    assert p.read(2) == b"ab"
    assert p.rest() == b"c"
    assert p.byte() == 0x63
    with pytest.raises(NeedMore):
        p.byte()


def test_the_first_datagram():
    assert Peek(b"abcd", None, (b"ab", b"cd")).first_datagram == b"ab"
    assert Peek(b"abcd").first_datagram == b"abcd"
    assert Peek(b"", None, (b"",)).first_datagram == b""
    with pytest.raises(NeedMore):
        _ = Peek(b"").first_datagram


def test_every_need_is_an_exception_of_its_own():
    """One that is raised again would keep every traceback, and so every stream, alive."""

    beginnings = {
        "tls": b"\x16\x03\x01",
        "http path /": b"GET /",
        "dns": b"\0",
        "openvpn": b"\0",
        "regexp x 9": b"abc",
        "not tls": b"\x16",
        "xmpp": b"<",
        "winbox": b"",
    }
    for words, data in beginnings.items():
        match, raised = matcher(words), []
        for _ in range(2):
            with pytest.raises(NeedMore) as caught:
                match(Peek(data))
            raised.append(caught.value)
        assert raised[0] is not raised[1], words

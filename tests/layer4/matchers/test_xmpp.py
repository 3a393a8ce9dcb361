import pytest

from tests.layer4.clients import decides_after, matcher, plain, settles

PIDGIN = b"<?xml version='1.0' ?><stream:stream to='jabber.org' xmlns='jabber:client'>"
SLIXMPP = b"<stream:stream to='localhost' xmlns:stream='http://etherx.jabber.org/streams' >"
GO = b"<?xml version='1.0'?>\n<stream:stream to='localhost' xmlns='jabber:client' version='1.0'>"


@pytest.mark.parametrize("opening", [PIDGIN, SLIXMPP, GO, b"\n" + GO])
def test_streams_of_real_clients(opening):
    assert settles(matcher("xmpp"), opening, True)


@pytest.mark.parametrize(
    "data",
    [
        b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body>jabber</body>",
        b"<stream:stream to='localhost' xmlns:stream='http://example.org/streams' version='1'>",
        b"GET /jabber HTTP/1.1\r\nHost: a\r\n\r\n" + b" " * 40,
        b"<stream:stream " + b"x" * 1100,
    ],
)
def test_what_is_no_xmpp(data):
    assert settles(matcher("xmpp"), data, False)


def test_what_is_not_xml_is_refuted_at_once():
    assert decides_after(matcher("xmpp"), b"SSH-2.0") == 1


def test_syntax():
    assert plain("xmpp") == {"xmpp": {}}

"""The app: factories, listening addresses, the polite end."""

import pytest

from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.http.config import HTTP
from caddylite.http.live.app import HttpApp
from tests.http.live.support import House, Wire, get, routes

BOTH = ("h2", "http/1.1")
SAY = {"handler": "static_response", "body": "hello"}


def app(**servers):
    return HttpApp(from_plain(HTTP, {"servers": servers, "http_port": 8080}), House())


def test_listening_addresses_and_where_tls_is_spoken():
    config = {**routes(SAY), "listen": [":8443", ":8080"], "tls_connection_policies": [{}],
              "listener_wrappers": [{"wrapper": "tls"}]}  # fmt: skip
    tls, plain = app(a=config).listens()
    assert (tls.server, tls.address, len(tls.policies)) == ("a", ":8443", 1)
    assert (plain.address, plain.policies) == (":8080", ())
    assert [w.name for w in tls.wrappers] == ["tls"]
    assert tls.factory is plain.factory


def test_a_factory_makes_connections():
    made = app(a={**routes(SAY), "listen": [":1"]})
    (listen,) = made.listens()
    protocol, wire = listen.factory.buildProtocol(None), Wire()
    protocol.makeConnection(wire)
    protocol.dataReceived(get())
    assert wire.value().endswith(b"hello")
    assert made.active == 1
    made.drain()
    assert wire.closing
    made.abort()
    assert wire.aborted


@pytest.mark.parametrize(
    ("protocols", "own", "alpn", "new"),
    [
        ([], [], [BOTH, BOTH], [True, True]),
        (["h1"], [], [BOTH[1:], BOTH[1:]], [False, False]),
        (["h1", "h2c"], [], [BOTH[1:], BOTH[1:]], [True, True]),
        (["h1"], [["h2"], None], [BOTH[:1], BOTH[1:]], [True, False]),
        (["h1"], [["", "h2"], ["h3"]], [BOTH, ()], [True, False]),
    ],
)
def test_which_versions_are_spoken_where(protocols, own, alpn, new):
    config = {**routes(SAY), "listen": [":1", ":2"], "protocols": protocols}
    listens = list(app(a={**config, "listen_protocols": own} if own else config).listens())
    assert [listen.alpn for listen in listens] == alpn
    assert [listen.factory.new for listen in listens] == new


def test_a_mistake_names_its_server():
    with pytest.raises(ConfigError, match=r"server bad: .*handler tracing is not run"):
        app(bad=routes({"handler": "tracing"}))

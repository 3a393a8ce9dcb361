"""Handshakes whose certificate comes later, and those of CAs that want a proof."""

import pytest
from twisted.internet.defer import Deferred

from caddylite.tls.acme.challenges import TLS_ALPN, Task
from caddylite.tls.acme.errors import Identifier
from caddylite.tls.alerts import INTERNAL_ERROR, NO_APPLICATION_PROTOCOL
from tests.tls.live.test_policies import refused
from tests.tls.live.wire import Server

NAME = "localhost"


class Later:
    """An app whose certificates come when the test says so."""

    tickets = False

    def __init__(self, app) -> None:
        self.app, self.asked = app, []

    def certificate(self, hello, peer, policy):
        self.asked.append(Deferred())
        return self.asked[-1]

    def challenge(self, server_name, peer):
        return None

    def bring(self) -> None:
        self.asked.pop().callback(self.app.store.named(NAME)[0])


@pytest.fixture
def later(tmp_path):
    server = Server(tmp_path)
    server.terminator.policies._certificates = waiting = Later(server.app)
    return server, waiting


def hello(pair) -> None:
    pair.client.shake()
    pair.to_server()


def alert(pair) -> int:
    return pair.below.out[-1]


def test_a_handshake_goes_on_when_the_certificate_is_there(later):
    server, waiting = later
    pair = server.pair()
    hello(pair)
    assert len(waiting.asked) == 1
    assert pair.made == 0
    server.house.pass_time(120)  # longer than a handshake may take
    waiting.bring()
    pair.to_client()
    assert pair.shake().made == 1


def test_there_is_none_after_all(later):
    server, waiting = later
    pair = server.pair()
    hello(pair)
    waiting.asked.pop().callback("no certificate available for 'localhost'")
    assert alert(pair) == INTERNAL_ERROR
    pair = server.pair()
    hello(pair)
    waiting.asked.pop().errback(RuntimeError("a bug"))
    assert alert(pair) == INTERNAL_ERROR
    assert server.failures == ["no certificate available for 'localhost'", "a bug"]


def test_a_client_that_does_not_wait(later):
    server, waiting = later
    pair = server.pair()
    hello(pair)
    pair.lose()
    waiting.bring()
    assert pair.made == 0
    assert server.failures == ["EOF"]


def test_a_client_that_says_too_much_meanwhile(later):
    server, waiting = later
    pair = server.pair()
    hello(pair)
    for _ in range(40):
        pair.conn.dataReceived(b"x" * 1000)
    assert server.failures == ["more than a ClientHello before there was an answer"]
    waiting.bring()
    assert pair.made == 0


def test_a_ca_sees_the_proof_and_nothing_else(tmp_path):
    server = Server(tmp_path)
    task = Task(TLS_ALPN, Identifier("dns", NAME), "t", "t.p")
    server.app._office.answers.add(task, server.house.clock())
    context = server.client_context(("acme-tls/1",), verify=False)
    pair = server.pair(NAME, context)
    pair.shake()
    assert pair.client.tls.selected_alpn_protocol() == "acme-tls/1"
    assert b"ACME challenge" in pair.client.tls.getpeercert(binary_form=True)
    assert pair.made == 0  # no server behind gets to see the connection
    assert "served key authentication certificate" in server.house.logged("info")
    server.app._office.answers.remove(task)
    assert refused(server.pair(NAME, context)) == NO_APPLICATION_PROTOCOL

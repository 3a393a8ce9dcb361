"""A Twisted transport on a socket of ours, on both watches."""

import socket

import pytest
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IConsumer, ITCPTransport
from twisted.internet.protocol import Protocol
from zope.interface.verify import verifyObject

from caddylite.layer4.live.protocols import HalfCloseable
from caddylite.runtime.adopt import SocketTransport
from tests.runtime.test_relay import plain, tcp_pair


class Half(HalfCloseable):
    def __init__(self):
        self.got, self.events = b"", []

    def dataReceived(self, data):
        self.got += data

    def readConnectionLost(self):
        self.events.append("read over")

    def writeConnectionLost(self):
        self.events.append("write over")

    def connectionLost(self, reason):
        self.events.append(reason.type)


class Whole(Protocol):
    def __init__(self):
        self.events = []

    def connectionLost(self, reason):
        self.events.append(reason.type)


class Producer:
    def __init__(self):
        self.calls = []

    def pauseProducing(self):
        self.calls.append("pause")

    def resumeProducing(self):
        self.calls.append("resume")

    def stopProducing(self):
        self.calls.append("stop")


@pytest.fixture(params=["fast", "watch"])
def made(request, tmp_path):
    from tests.runtime.world import World

    world = World(request.param, tmp_path)
    peer, ours = tcp_pair()
    ended = []
    transport = SocketTransport(
        plain(ours), world.house.watch, world.reactor, ended=lambda *n: ended.append(n)
    )
    world.entry = type("Entry", (), {"connections": type("C", (), {"active": ()})})
    yield world, peer, transport, ended
    transport.broken()
    peer.close()
    world.close()


def test_it_is_what_it_says(made):
    _, _, transport, _ = made
    assert verifyObject(ITCPTransport, transport)
    assert verifyObject(IConsumer, transport)
    assert transport.getPeer().host == "127.0.0.1"


def test_early_bytes_come_first_and_writes_leave_at_once(made):
    world, peer, transport, _ = made
    protocol = Half()
    transport.start(protocol, b"early ")
    transport.write(b"now")
    assert world.receive(peer, 3) == b"now"
    peer.send(b"late")
    world.turn(lambda: protocol.got == b"early late")
    assert (transport.count_read, transport.count_written) == (4, 3)


def test_a_full_socket_pauses_the_producer(made):
    world, peer, transport, _ = made
    transport.start(Half())
    producer = Producer()
    transport.registerProducer(producer, True)
    data = bytes(range(256)) * 40000
    transport.write(data)
    assert producer.calls == ["pause"]
    assert world.receive(peer, len(data)) == data
    world.turn(lambda: producer.calls == ["pause", "resume"])
    transport.unregisterProducer()


def test_a_pull_producer_is_asked_when_there_is_room(made):
    world, peer, transport, _ = made
    transport.start(Half())

    class Pull(Producer):
        def resumeProducing(self):
            self.calls.append("resume")
            if len(self.calls) < 5:
                transport.write(b"piece")
            else:
                transport.unregisterProducer()
                transport.loseConnection()

    producer = Pull()
    transport.registerProducer(producer, False)
    assert world.receive(peer) == b"piece" * 4


def test_closing_waits_for_what_is_unsent(made):
    world, peer, transport, ended = made
    protocol = Half()
    transport.start(protocol)
    data = bytes(10 << 20)
    transport.write(data)
    transport.loseConnection()
    assert protocol.events == []
    assert world.receive(peer) == data
    world.turn(lambda: bool(ended))
    assert protocol.events == [ConnectionDone]
    assert ended == [(0, len(data))]


def test_closing_is_never_reported_from_within(made):
    world, _, transport, _ = made
    protocol = Half()
    transport.start(protocol)
    transport.loseConnection()
    assert protocol.events == []
    world.turn(lambda: protocol.events == [ConnectionDone])


def test_aborting_drops_what_is_unsent(made):
    world, _, transport, ended = made
    protocol = Half()
    transport.start(protocol)
    transport.write(bytes(10 << 20))
    transport.abortConnection()
    world.turn(lambda: bool(ended))
    assert protocol.events == [ConnectionAborted]
    transport.write(b"nothing happens")


def test_the_two_directions_end_separately(made):
    world, peer, transport, _ = made
    protocol = Half()
    transport.start(protocol)
    peer.shutdown(socket.SHUT_WR)
    world.turn(lambda: protocol.events == ["read over"])
    transport.write(b"answer")
    transport.loseWriteConnection()
    assert world.receive(peer) == b"answer"
    assert protocol.events == ["read over", "write over", ConnectionDone]


def test_our_side_may_end_first(made):
    world, peer, transport, _ = made
    protocol = Half()
    transport.start(protocol)
    transport.loseWriteConnection()
    assert world.receive(peer) == b""
    peer.send(b"late")
    peer.close()
    world.turn(lambda: protocol.events[-1:] == [ConnectionDone])
    assert protocol.got == b"late"


def test_a_protocol_without_halves_is_closed_at_the_end(made):
    world, peer, transport, _ = made
    protocol = Whole()
    transport.start(protocol)
    peer.shutdown(socket.SHUT_WR)
    world.turn(lambda: protocol.events == [ConnectionDone])


def test_a_reset_is_a_lost_connection(made):
    from tests.runtime.test_tree import reset

    world, peer, transport, _ = made
    protocol = Half()
    transport.start(protocol)
    reset(peer)
    world.turn(lambda: protocol.events == [ConnectionLost])


def test_paused_it_reads_nothing_and_spins_not(made):
    world, peer, transport, _ = made
    protocol = Half()
    transport.start(protocol)
    transport.pauseProducing()
    peer.send(b"data")
    world.rest(0.02)
    assert protocol.got == b""
    transport.resumeProducing()
    world.turn(lambda: protocol.got == b"data")


def test_a_peer_that_vanishes_while_paused(made):
    from tests.runtime.test_tree import reset

    world, peer, transport, _ = made
    protocol = Half()
    transport.start(protocol)
    transport.pauseProducing()
    reset(peer)
    world.rest(0.02)
    transport.resumeProducing()
    world.turn(lambda: protocol.events[-1:] == [ConnectionLost])


def test_a_detached_socket_is_free(made):
    world, peer, transport, ended = made
    protocol = Half()
    transport.start(protocol)
    sock = transport.detach()
    assert sock is not None
    peer.send(b"x")
    world.rest(0.01)
    assert (protocol.got, protocol.events, ended) == (b"", [], [])
    sock.close()


def test_what_is_unsent_keeps_the_socket(made):
    _, _, transport, _ = made
    transport.start(Half())
    transport.write(bytes(10 << 20))
    assert transport.detach() is None

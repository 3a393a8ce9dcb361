import contextlib
import ssl

import pytest
from twisted.internet.error import ConnectionLost

from caddylite.tls.live.connection import TLSConnection
from caddylite.tls.live.termination import CLOSING_SECONDS, HANDSHAKE_SECONDS, TLSFactory
from tests.tls.live.wire import Below, Inner, Plain, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    return Server(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("step", [0, 1, 7, 100])
def test_a_handshake_however_it_is_cut(server, step):
    pair = server.pair().shake(step)
    pair.client.tls.write(b"hello")
    pair.to_server(step)
    assert pair.inner.got == b"hello"
    pair.inner.transport.write(b"welcome")
    pair.to_client()
    assert pair.client.read() == b"welcome"
    assert pair.made == 1


def test_what_comes_with_the_last_flight_of_the_handshake_is_not_lost(server):
    pair = server.pair()
    pair.client.shake()
    pair.to_server()
    pair.to_client()
    assert pair.client.shake()
    pair.client.tls.write(b"early bird")
    pair.to_server()
    assert pair.inner.got == b"early bird"


def test_the_state_is_known(server):
    pair = server.pair().shake()
    state = pair.inner.transport.tls_state
    assert (state.server_name, state.version) == ("localhost", "tls1.3")
    assert state.cipher == "TLS_AES_128_GCM_SHA256"
    assert state.client_certificate is None
    assert not state.resumed
    assert pair.conn.getPeer().host == "192.0.2.7"


def test_a_session_is_resumed(server):
    context = server.client_context()
    first = server.pair(context=context).shake()
    assert first.below.out == b""  # tickets go with the first data, to spare a system call
    first.inner.transport.write(b"hello")
    first.to_client()
    assert first.client.read() == b"hello"
    again = server.pair(context=context, session=first.client.tls.session).shake()
    assert again.client.tls.session_reused
    assert again.inner.transport.tls_state.resumed


def test_big_writes_arrive_whole(server):
    pair = server.pair().shake()
    blob = bytes(range(256)) * 4096
    pair.inner.transport.write(blob)
    pair.to_client()
    assert pair.client.read() == blob


def test_many_records_become_one_delivery(server):
    pair = server.pair().shake()
    sizes = []
    pair.inner.dataReceived = lambda data: sizes.append(len(data))
    for _ in range(3):
        pair.client.tls.write(b"x" * 16000)
    pair.to_server()
    assert sizes == [48000]


# Closing.


def test_losing_says_good_bye_and_closes(server):
    pair = server.pair().shake()
    pair.inner.transport.write(b"last words")
    pair.inner.transport.loseConnection()
    assert pair.below.closed
    assert not pair.below.aborted
    pair.to_client()
    assert pair.client.tls.read(100) == b"last words"
    assert pair.client.tls.read(100) == b""  # close_notify, not an abrupt end
    pair.lose()
    assert pair.inner.events == ["made", "lost"]


def test_a_peer_that_never_closes_is_dropped(server):
    pair = server.pair().shake()
    pair.inner.transport.loseConnection()
    server.house.pass_time(CLOSING_SECONDS - 1)
    assert not pair.below.aborted
    server.house.pass_time(2)
    assert pair.below.aborted


def test_nothing_is_left_behind_when_it_closes_in_time(server):
    before = len(server.house.timers)
    pair = server.pair().shake()
    pair.inner.transport.loseConnection()
    pair.lose()
    assert len(server.house.timers) == before


def test_half_close_by_the_client(server):
    pair = server.pair().shake()
    pair.client.tls.write(b"question")
    with pytest.raises(ssl.SSLWantReadError):
        pair.client.tls.unwrap()
    pair.to_server()
    assert pair.inner.got == b"question"
    assert pair.inner.events == ["made", "read lost"]
    pair.conn.readConnectionLost()  # the TCP stream may end, too
    pair.inner.transport.write(b"a late answer")
    raw = pair.below.out
    assert raw
    assert not pair.below.closed
    pair.inner.transport.loseConnection()
    assert pair.below.closed


def test_bytes_written_after_the_clients_close_notify_arrive(server):
    """Twisted's own TLS loses them (its #5341)."""
    from OpenSSL import SSL

    client = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
    client.set_tlsext_host_name(b"localhost")
    client.set_connect_state()
    pair = server.pair()
    for _ in range(3):
        with contextlib.suppress(SSL.WantReadError):
            client.do_handshake()
        with contextlib.suppress(SSL.WantReadError):
            pair.conn.dataReceived(client.bio_read(1 << 16))
        if pair.below.out:
            client.bio_write(pair.below.out)
            pair.below.out = b""
    client.shutdown()
    pair.conn.dataReceived(client.bio_read(1 << 16))
    assert pair.inner.events == ["made", "read lost"]
    pair.inner.transport.write(b"a late answer")
    pair.inner.transport.loseConnection()
    client.bio_write(pair.below.out)
    assert client.recv(100) == b"a late answer"
    with pytest.raises(SSL.ZeroReturnError):
        client.recv(100)


def test_half_close_by_us(server):
    pair = server.pair().shake()
    pair.inner.transport.loseWriteConnection()
    assert pair.inner.events == ["made", "write lost"]
    assert not pair.below.closed
    pair.to_client()
    assert pair.client.tls.read(100) == b""
    pair.client.tls.write(b"I go on")
    pair.to_server()
    assert pair.inner.got == b"I go on"


def test_a_protocol_that_knows_no_half_close_is_closed(server):
    pair = server.pair(inner=Plain).shake()
    with pytest.raises(ssl.SSLWantReadError):
        pair.client.tls.unwrap()
    pair.to_server()
    assert pair.below.closed


def test_an_end_without_close_notify_is_an_error(server):
    pair = server.pair().shake()
    pair.client.tls.write(b"half a fi")
    pair.to_server()
    pair.conn.readConnectionLost()
    assert pair.inner.got == b"half a fi"
    assert pair.inner.events == ["made", "lost"]
    assert pair.inner.lost.check(ConnectionLost)
    assert pair.below.aborted


def test_after_our_good_bye_the_client_may_just_go(server):
    pair = server.pair().shake()
    pair.inner.transport.loseWriteConnection()
    pair.conn.readConnectionLost()
    assert pair.below.closed
    assert not pair.below.aborted


def test_loss_waits_for_a_producer(server):
    pair = server.pair().shake()
    transport = pair.inner.transport
    transport.registerProducer(object(), True)
    transport.loseConnection()
    assert not pair.below.closed
    transport.write(b"the rest")
    transport.unregisterProducer()
    assert pair.below.closed
    pair.to_client()
    assert pair.client.read() == b"the rest"


# Backpressure.


def test_paused_nothing_is_delivered(server):
    pair = server.pair().shake()
    pair.inner.transport.pauseProducing()
    assert pair.below.paused
    pair.client.tls.write(b"wait")
    pair.to_server()
    assert pair.inner.got == b""
    pair.inner.transport.resumeProducing()
    assert pair.inner.got == b"wait"
    assert not pair.below.paused


def test_the_end_waits_behind_what_is_paused(server):
    pair = server.pair().shake()
    pair.inner.transport.pauseProducing()
    pair.client.tls.write(b"wait")
    with pytest.raises(ssl.SSLWantReadError):
        pair.client.tls.unwrap()
    pair.to_server()
    pair.conn.readConnectionLost()
    assert pair.inner.events == ["made"]
    pair.inner.transport.resumeProducing()
    assert pair.inner.got == b"wait"
    assert pair.inner.events == ["made", "read lost"]


def test_a_protocol_may_pause_and_close_while_it_is_given_data(server):
    pair = server.pair().shake()

    def received(data):
        pair.inner.transport.pauseProducing()
        pair.inner.transport.loseConnection()

    pair.inner.dataReceived = received
    pair.client.tls.write(b"x")
    pair.to_server()
    assert pair.below.closed


def test_producers_are_told_by_the_transport_below(server):
    pair = server.pair().shake()
    producer = object()
    pair.inner.transport.registerProducer(producer, True)
    assert pair.below.producer is producer
    pair.inner.transport.unregisterProducer()
    assert pair.below.producer is None


# What goes wrong.


def test_garbage_is_closed_and_logged(server):
    server.failures.clear()
    pair = server.pair()
    pair.conn.dataReceived(b"\x00\x01\x02 this is no TLS at all")
    assert pair.below.closed
    assert pair.below.out == b""
    assert server.failures == ["first record does not look like a TLS handshake"]
    pair.lose()
    assert pair.made == 0
    assert len(server.failures) == 1


def test_plain_http_gets_an_answer(tmp_path):
    server = Server(tmp_path, not_tls=lambda first: b"speak TLS" if first[:5] == b"GET /" else b"")
    pair = server.pair()
    for byte in b"GET / HTTP/1.1\r\n":
        if not pair.below.closed:
            pair.conn.dataReceived(bytes((byte,)))
    assert pair.below.out == b"speak TLS"
    assert pair.below.closed


def test_garbage_after_the_handshake_ends_the_connection(server):
    pair = server.pair().shake()
    pair.conn.dataReceived(b"\x17\x03\x03\x00\x20" + b"z" * 32)
    assert pair.inner.events == ["made", "lost"]
    assert pair.below.aborted
    assert pair.below.out[:1]  # an alert


def test_garbage_within_the_handshake_gets_an_alert(server):
    server.failures.clear()
    pair = server.pair()
    pair.client.shake()
    pair.to_server()
    pair.below.out = b""
    pair.conn.dataReceived(b"\x16\x03\x03\x00\x04zzzz")
    assert pair.below.closed
    assert pair.below.out[:1] == b"\x17"  # an alert, encrypted
    assert len(server.failures) == 1


def test_a_hello_that_does_not_end_is_bounded(server):
    server.failures.clear()
    pair = server.pair()
    pair.conn.dataReceived(b"\x16\x03\x01\x40\x00\x01\x00\xff\xff")
    for _ in range(40):
        if not pair.below.closed:
            pair.conn.dataReceived(b"\x00" * 1000)
    assert pair.below.closed
    assert len(server.failures) == 1


def test_a_silent_client_is_not_waited_for(server):
    server.failures.clear()
    pair = server.pair()
    server.house.pass_time(HANDSHAKE_SECONDS + 1)
    assert pair.below.aborted
    assert server.failures == ["handshake timed out"]
    pair.lose()
    assert server.failures == ["handshake timed out"]


def test_a_client_that_goes_in_the_middle_of_the_handshake(server):
    server.failures.clear()
    before = len(server.house.timers)
    pair = server.pair()
    pair.client.shake()
    pair.to_server()
    pair.lose()
    assert server.failures == ["EOF"]
    assert len(server.house.timers) == before


def test_a_client_that_does_not_trust_us_is_told_of(server):
    server.failures.clear()
    pair = server.pair(context=ssl.create_default_context())
    pair.client.shake()
    pair.to_server()
    pair.to_client()
    with pytest.raises(ssl.SSLCertVerificationError):
        pair.client.shake()
    pair.to_server()
    assert pair.below.closed
    assert "unknown ca" in server.failures[0]


def test_writing_after_the_end_does_nothing(server):
    pair = server.pair().shake()
    transport = pair.inner.transport
    pair.lose()
    transport.write(b"too late")
    transport.loseConnection()
    transport.abortConnection()
    transport.resumeProducing()
    assert pair.inner.events == ["made", "lost"]


def test_abort(server):
    pair = server.pair().shake()
    pair.inner.transport.abortConnection()
    assert pair.below.aborted


def test_tls_in_tls(server):
    """A TLSConnection runs on whatever is a transport, so on a TLSConnection."""
    outer = server.pair().shake()
    inner = Inner()
    within = TLSConnection(server.terminator, lambda _: inner)
    outer.inner.dataReceived = within.dataReceived
    within.makeConnection(outer.inner.transport)
    from tests.tls.live.wire import Client

    client = Client(server.client_context(), "localhost")
    for _ in range(4):
        client.shake()
        outer.client.tls.write(client.outgoing.read() or b"")
        outer.to_server()
        outer.to_client()
        client.incoming.write(outer.client.read())
    client.tls.write(b"twice wrapped")
    outer.client.tls.write(client.outgoing.read())
    outer.to_server()
    assert inner.got == b"twice wrapped"


def test_the_factory_wraps_a_factory(server):
    class Factory:
        made: list[object] = []

        def buildProtocol(self, addr):
            self.made.append(addr)
            return Inner()

    factory = TLSFactory(Factory(), server.terminator)
    pair = server.pair()
    pair.below = Below()
    pair.conn = factory.buildProtocol("somebody")
    pair.conn.makeConnection(pair.below)
    assert Factory.made == []
    pair.shake()
    assert Factory.made == ["somebody"]

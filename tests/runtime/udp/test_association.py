"""Associations: whole datagrams are matched, carried, and forgotten in time."""

import socket

import pytest

from caddylite.runtime.udp.association import MOST_WAITING, without_header
from caddylite.runtime.udp.bounds import MOST_HOPS
from caddylite.wire import proxy_header
from tests.runtime.world import open_descriptors

ECHO = {"handle": [{"handler": "echo"}]}
DNS = bytes.fromhex("abcd01000001000000000000076578616d706c6504746573740000010001")


def route(*handlers, **matchers):
    return {"match": [matchers], "handle": list(handlers)} if matchers else {"handle": [*handlers]}


def test_datagrams_go_to_the_upstream_and_back_one_by_one(net):
    up = net.backend()
    client = net.client(net.serve(route(up.proxy())))
    for piece in (b"one", b"", b"x" * 9000, b"four"):
        client.send(piece)
        data, sender = up.take()
        assert data == piece
        up.sock.sendto(b"re:" + piece, sender)
        assert net.receive(client) == b"re:" + piece


def test_an_association_keeps_its_socket_and_two_clients_have_two(net):
    up = net.backend()
    listener = net.serve(route(up.proxy()))
    a, b = net.client(listener), net.client(listener)
    senders = []
    for client in (a, a, b):
        client.send(b"x")
        senders.append(up.take()[1])
    assert senders[0] == senders[1] != senders[2]
    up.sock.sendto(b"for b", senders[2])
    assert net.receive(b) == b"for b"
    assert net.nothing(a)


def test_the_answer_comes_from_the_listening_socket(net):
    listener = net.serve(ECHO)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    net.sockets.append(sock)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    where = listener.sock.getsockname()
    sock.sendto(b"hi", where)
    assert net.receive_from(sock) == (b"hi", where)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1"])
def test_a_listener_for_all_addresses_answers_from_the_one_asked(net, host):
    listener = net.serve(ECHO, listen="udp/:0")
    port = listener.sock.getsockname()[1]
    if ":" in host and listener.sock.family != socket.AF_INET6:
        pytest.skip("there is no IPv6 here")
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    net.sockets.append(sock)
    sock.setblocking(False)
    sock.sendto(b"hi", (host, port))
    data, sender = net.receive_from(sock)
    assert (data, sender[:2]) == (b"hi", (host, port))
    (flow,) = listener.table.values()
    assert flow.cx.local == (host, port)


def test_whole_datagrams_are_matched(net):
    dns, rest = net.backend(), net.backend()
    listener = net.serve(route(dns.proxy(), dns={}), route(rest.proxy()))
    net.client(listener).send(DNS)
    assert dns.take()[0] == DNS
    # One byte more is no DNS message: a stream would not have noticed.
    net.client(listener).send(DNS + b"x")
    assert rest.take()[0] == DNS + b"x"


def test_datagrams_wait_together_for_a_route_that_needs_several(net):
    up = net.backend()
    listener = net.serve(route(up.proxy(), regexp={"count": 8, "pattern": "^abcdefgh"}))
    client = net.client(listener)
    client.send(b"abcd")
    assert up.untouched()
    client.send(b"efgh")
    assert [up.take()[0], up.take()[0]] == [b"abcd", b"efgh"]


def test_what_no_route_wants_is_forgotten_and_the_next_datagram_begins_anew(net):
    up = net.backend()
    listener = net.serve(route(up.proxy(), dns={}))
    client = net.client(listener)
    for _ in range(3):
        client.send(b"nonsense that is no DNS message")
        net.turn(lambda: not listener.table and listener.owner.total)
        assert net.house.bounds.total == 0
    client.send(DNS)
    assert up.take()[0] == DNS
    assert listener.owner.total == 4


def test_what_waits_is_bounded(net):
    up = net.backend()
    listener = net.serve(route(up.proxy(), regexp={"count": 9000, "pattern": "never"}))
    client = net.client(listener)
    for _ in range(MOST_WAITING + 10):
        client.send(b"x")
    net.turn(lambda: listener.lost == 10)
    (flow,) = listener.table.values()
    assert len(flow.datagrams) == len(flow.data) == MOST_WAITING


def test_matching_that_takes_too_long_ends_the_association(net):
    listener = net.serve(
        route({"handler": "echo"}, regexp={"count": 90, "pattern": "x"}), matching_timeout="50ms"
    )
    client = net.client(listener)
    client.send(b"x")
    net.turn(lambda: listener.table)
    net.turn(lambda: not listener.table)
    (said,) = net.world.said("matching connection")
    assert said["error"] == "aborted matching according to timeout"


# The end.


def test_a_silent_client_is_forgotten_after_the_idle_timeout(net):
    net.stop_time()
    up = net.backend()
    listener = net.serve(route(up.proxy()), idle_timeout="10s")
    client = net.client(listener)
    before = open_descriptors()
    client.send(b"x")
    _, sender = up.take()
    net.pass_time(9)
    assert len(listener.table) == 1
    client.send(b"y")  # begins the ten seconds anew
    up.take()
    net.pass_time(9)
    assert len(listener.table) == 1
    # Answers do not: who cannot hear them would be served for ever.
    up.sock.sendto(b"z", sender)
    assert net.receive(client) == b"z"
    net.pass_time(1)
    assert not listener.table
    assert open_descriptors() == before
    assert net.house.bounds.total == 0
    assert not net.house.bounds.hosts
    (record,) = net.world.said("stopped handling connection; connection stats")
    assert record["reason"] == "idle timeout"
    assert (record["read"], record["written"]) == (2, 1)


def test_the_idle_timeout_is_thirty_seconds_unless_said(net):
    assert net.serve(ECHO).idle == 30
    assert net.serve(ECHO, idle_timeout="5s").idle == 5


def test_a_pending_association_is_forgotten_as_well(net):
    net.stop_time()
    listener = net.serve(route({"handler": "echo"}, regexp={"count": 90, "pattern": "x"}))
    net.client(listener).send(b"x")
    net.turn(lambda: listener.table)
    net.pass_time(31)
    assert not listener.table
    assert net.world.maker.builder.limits.waiting == 0


def test_an_upstream_that_refuses_ends_the_association_and_the_next_begins_anew(net):
    up = net.backend()
    listener = net.serve(route(up.proxy()))
    client = net.client(listener)
    where = up.sock.getsockname()
    up.sock.close()
    before = open_descriptors()
    client.send(b"x")
    net.turn(lambda: listener.owner.total == 1 and not listener.table)
    assert open_descriptors() == before
    up.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    up.sock.bind(where)
    up.sock.setblocking(False)
    net.sockets.append(up.sock)
    client.send(b"again")
    assert up.take()[0] == b"again"


def test_stopping_leaves_nothing_behind(net):
    up = net.backend()
    before = open_descriptors()
    listener = net.serve(route(up.proxy()))
    clients = [net.client(listener) for _ in range(20)]
    for client in clients:
        client.send(b"x")
        up.take()
    pending = len(net.house.reactor.getDelayedCalls())
    assert listener.owner.active
    assert pending
    listener.stop()
    listener.stop()
    assert not listener.owner.active
    assert not listener.table
    for client in clients:
        client.close()
    assert open_descriptors() == before
    assert net.house.bounds.total == 0


def test_a_new_config_takes_the_socket_over_and_old_clients_stay_where_they_are(net):
    one, two = net.backend(), net.backend()
    listener = net.serve(route(one.proxy()))
    old, new = net.client(listener), net.client(listener)
    old.send(b"x")
    one.take()
    net.serve(route(two.proxy()))
    entry = net.world.entry
    before = listener.owner
    listener.go_on_with(entry.start, entry.connections, 5.0)
    old.send(b"y")
    new.send(b"z")
    data, sender = one.take()
    assert (data, two.take()[0]) == (b"y", b"z")
    one.sock.sendto(b"still answered", sender)
    assert net.receive(old) == b"still answered"
    assert (len(before.active), len(entry.connections.active)) == (1, 1)


def test_the_close_handler_forgets_the_client(net):
    listener = net.serve(route({"handler": "close"}))
    client = net.client(listener)
    client.send(b"x")
    net.turn(lambda: listener.owner.total == 1 and not listener.table)
    assert net.nothing(client)


def test_a_handler_that_fails_ends_one_association_only(net, monkeypatch):
    from caddylite.layer4.live.echo import EchoProtocol

    listener = net.serve(ECHO)
    good, bad = net.client(listener), net.client(listener)
    good.send(b"hi")
    assert net.receive(good) == b"hi"
    echo = EchoProtocol.dataReceived

    def fail(self, data):
        if data == b"bug":
            raise ValueError(data)
        echo(self, data)

    monkeypatch.setattr(EchoProtocol, "dataReceived", fail)
    bad.send(b"bug")
    net.turn(lambda: len(listener.table) == 1)
    good.send(b"still there")
    assert net.receive(good) == b"still there"


# Handlers.


def test_echo_keeps_the_datagrams_apart(net):
    client = net.client(net.serve(ECHO))
    for piece in (b"one", b"", b"two"):
        client.send(piece)
    assert [net.receive(client) for _ in range(3)] == [b"one", b"", b"two"]


@pytest.mark.parametrize(
    ("version", "opening"), [("v2", proxy_header.SIGNATURE_V2), ("v1", b"PROXY UNKNOWN\r\n")]
)
def test_every_datagram_carries_a_proxy_header(net, version, opening):
    up = net.backend()
    listener = net.serve(route(up.proxy(proxy_protocol=version)))
    client = net.client(listener)
    for piece in (b"one", b"two"):
        client.send(piece)
        data, sender = up.take()
        assert data.startswith(opening)
        assert data.endswith(piece)
        header = proxy_header.read(data)
        assert data[header.size :] == piece
        if version == "v2":
            assert header.datagram
            assert (header.source, header.destination) == (
                client.getsockname(),
                listener.sock.getsockname(),
            )
        up.sock.sendto(b"ok", sender)
        assert net.receive(client) == b"ok"


def test_proxy_headers_are_taken_off_every_datagram(net):
    up = net.backend()
    handlers = [{"handler": "proxy_protocol", "allow": ["127.0.0.0/8"]}, up.proxy()]
    listener = net.serve(route(*handlers))
    client = net.client(listener)
    head = proxy_header.build(2, ("192.0.2.1", 5), ("192.0.2.2", 53), datagram=True)
    for piece in (b"one", b"two", head[:5]):
        client.send(head + piece)
        assert up.take()[0] == piece
    (flow,) = listener.table.values()
    assert flow.cx.remote == ("192.0.2.1", 5)


def test_a_peer_that_is_not_allowed_is_refused(net):
    up = net.backend()
    handlers = [{"handler": "proxy_protocol", "deny": ["127.0.0.0/8"]}, up.proxy()]
    listener = net.serve(route(*handlers))
    client = net.client(listener)
    client.send(proxy_header.build(2, ("192.0.2.1", 5), ("192.0.2.2", 53), datagram=True) + b"x")
    net.turn(lambda: listener.owner.total == 1 and not listener.table)
    assert up.untouched()


def test_without_header():
    head = proxy_header.build(2, ("192.0.2.1", 5), ("192.0.2.2", 53), datagram=True)
    assert without_header(head + b"x") == b"x"
    assert without_header(b"x") == b"x"
    assert without_header(head[:-1]) == head[:-1]


def test_a_subroute_routes_datagrams(net):
    dns, rest = net.backend(), net.backend()
    sub = {"handler": "subroute", "routes": [route(dns.proxy(), dns={})]}
    listener = net.serve(route(sub), route(rest.proxy()))
    net.client(listener).send(DNS)
    assert dns.take()[0] == DNS
    net.client(listener).send(b"other")
    assert rest.take()[0] == b"other"


def test_tee_gives_every_datagram_to_its_branch_as_well(net):
    a, b = net.backend(), net.backend()
    listener = net.serve(route({"handler": "tee", "branch": [b.proxy()]}, a.proxy()))
    client = net.client(listener)
    for piece in (b"one", b"two"):
        client.send(piece)
        data, sender = a.take()
        assert data == b.take()[0] == piece
        a.sock.sendto(b"re", sender)
        assert net.receive(client) == b"re"


def test_throttle_lets_datagrams_pass_whole(net):
    up = net.backend()
    throttle = {"handler": "throttle", "read_bytes_per_second": 2000.0, "read_burst_size": 10}
    client = net.client(net.serve(route(throttle, up.proxy())))
    for piece in (b"a" * 25, b"b", b"c" * 30):
        client.send(piece)
    assert [up.take()[0] for _ in range(3)] == [b"a" * 25, b"b", b"c" * 30]


def test_datagrams_go_to_a_stream_and_back(net):
    up = net.world.backend()
    listener = net.serve(route(up.proxy()))
    client = net.client(listener)
    client.send(b"one")
    stream = up.take()
    client.send(b"two")
    assert net.world.receive(stream, 6) == b"onetwo"
    net.world.send(stream, b"answer")
    assert net.receive(client) == b"answer"
    stream.close()
    net.turn(lambda: not listener.table)


def test_a_stream_goes_to_datagrams_and_back(net):
    up = net.backend()
    client = net.world.client(net.world.serve(route(up.proxy(proxy_protocol="v2"))))
    for piece in (b"one", b"two"):
        net.world.send(client, piece)
        data, sender = up.take()
        assert data[proxy_header.read(data).size :] == piece
        up.sock.sendto(b"re:" + piece, sender)
        assert net.world.receive(client, 6) == b"re:" + piece


def test_several_upstreams_get_every_datagram(net):
    a, b = net.backend(), net.backend()
    both = {"handler": "proxy", "upstreams": [{"dial": [a.dial, b.dial]}], "proxy_protocol": "v2"}
    listener = net.serve(route(both))
    client = net.client(listener)
    for piece in (b"one", b"two"):
        client.send(piece)
        for up in (a, b):
            data, sender = up.take()
            assert data[proxy_header.read(data).size :] == piece
            up.sock.sendto(b"re", sender)
            assert net.receive(client) == b"re"
    listener.stop()
    assert not listener.owner.active


def test_upstreams_take_turns_by_association(net):
    a, b = net.backend(), net.backend()
    proxy = {
        "handler": "proxy",
        "upstreams": [{"dial": [a.dial]}, {"dial": [b.dial]}],
        "load_balancing": {"selection": {"policy": "round_robin"}},
    }
    listener = net.serve(route(proxy))
    for _ in range(2):
        client = net.client(listener)
        for _ in range(2):
            client.send(b"x")
    assert [up.take()[0] for up in (a, a, b, b)] == [b"x"] * 4


def test_an_upstream_by_name_gets_what_waited_for_it(net):
    up = net.backend()
    names = net.world.names
    names.known["up.test"], names.later = ["127.0.0.1"], []
    port = up.sock.getsockname()[1]
    listener = net.serve(
        route({"handler": "proxy", "upstreams": [{"dial": [f"udp/up.test:{port}"]}]})
    )
    client = net.client(listener)
    client.send(b"one")
    net.turn(lambda: names.later)
    client.send(b"two")
    net.turn(lambda: len(next(iter(listener.table.values())).datagrams) == 2)
    names.later[0]()
    assert [up.take()[0], up.take()[0]] == [b"one", b"two"]


def test_a_name_that_is_not_found_ends_the_association(net):
    listener = net.serve(
        route({"handler": "proxy", "upstreams": [{"dial": ["udp/nowhere.test:53"]}]})
    )
    net.client(listener).send(b"x")
    net.turn(lambda: listener.owner.total == 1 and not listener.table)


# Bounds.


def test_there_are_only_so_many_associations(net):
    net.house.bounds.most = 2
    listener = net.serve(ECHO)
    clients = [net.client(listener) for _ in range(3)]
    for client in clients:
        client.send(b"x")
    net.turn(lambda: listener.refused == 1)
    assert len(listener.table) == 2
    (said,) = net.world.said("too many associations")
    assert said["associations"] == 2
    assert [net.receive(c) for c in clients[:2]] == [b"x", b"x"]


def test_and_only_so_many_of_one_address(net):
    net.house.bounds.most_per_host = 1
    listener = net.serve(ECHO)
    first, second = net.client(listener), net.client(listener)
    other = net.client(listener, bind=("127.0.0.2", 0))
    for client in (first, second, other):
        client.send(b"x")
    net.turn(lambda: listener.refused == 1)
    assert net.receive(other) == net.receive(first) == b"x"
    assert net.nothing(second)


# Unix sockets.


def test_unix_datagrams(net, tmp_path):
    up = net.backend(tmp_path / "up")
    listener = net.serve(route(up.proxy()), listen=f"unixgram/{tmp_path}/l")
    client = net.client(str(tmp_path / "l"))
    client.send(b"x")
    data, sender = up.take()
    assert data == b"x"
    up.sock.sendto(b"y", sender)
    assert net.receive(client) == b"y"
    (flow,) = listener.table.values()
    assert flow.cx.network == "unixgram"


def test_nobody_can_be_answered_without_a_name(net, tmp_path):
    listener = net.serve(ECHO, listen=f"unixgram/{tmp_path}/l")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    net.sockets.append(sock)
    sock.connect(str(tmp_path / "l"))
    sock.send(b"x")
    net.turn(lambda: listener.lost == 1)


def test_a_server_may_proxy_to_another_of_the_same_config(net):
    second = net.serve(ECHO)
    port = second.sock.getsockname()[1]
    first = net.serve(
        route({"handler": "proxy", "upstreams": [{"dial": [f"udp/127.0.0.1:{port}"]}]})
    )
    client = net.client(first)
    client.send(b"x")
    assert net.receive(client) == b"x"
    (flow,) = second.table.values()
    assert flow.hops == 1
    first.stop()
    assert not net.house.bounds.hops


@pytest.mark.parametrize("host", ["127.0.0.1", ""])
def test_a_circle_is_broken(net, host):
    """One datagram would otherwise open associations until there are no descriptors left."""
    probe = net.backend()
    port = probe.sock.getsockname()[1]
    probe.sock.close()
    listener = net.serve(
        route({"handler": "proxy", "upstreams": [{"dial": [f"udp/127.0.0.1:{port}"]}]}),
        listen=f"udp/{host}:{port}",
    )
    net.client(("127.0.0.1", port)).send(b"x")
    net.turn(lambda: listener.refused)
    net.world.rest(0.05)
    assert len(listener.table) == MOST_HOPS
    assert net.house.bounds.total == MOST_HOPS
    assert net.world.said("datagrams go in a circle")


def test_a_datagram_that_is_too_long_is_lost_and_the_association_lives(net):
    up = net.backend()
    listener = net.serve(route(up.proxy(proxy_protocol="v2")))
    client = net.client(listener)
    for piece in (b"one", b"x" * 65500, b"two"):
        client.send(piece)
    senders = [up.take() for _ in range(2)]
    assert [data[-3:] for data, _ in senders] == [b"one", b"two"]
    assert senders[0][1] == senders[1][1]
    assert listener.lost == 1


def test_what_a_paused_protocol_gets_is_bounded(net):
    listener = net.serve(ECHO)
    client = net.client(listener)
    client.send(b"x")
    assert net.receive(client) == b"x"
    (flow,) = listener.table.values()
    flow._stage.pauseProducing()
    for _ in range(3):
        client.send(b"y" * 30_000)
    net.turn(lambda: listener.lost == 1)
    flow._stage.resumeProducing()
    assert [len(net.receive(client)) for _ in range(2)] == [30_000, 30_000]
    client.send(b"z")
    assert net.receive(client) == b"z"

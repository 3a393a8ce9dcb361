"""Associations of datagrams, and what caddy-l4's threads record of them."""

from caddylite.runtime.service import hand_over
from tests.runtime.world import open_descriptors


def test_configs_loaded_one_after_the_other_leak_no_associations(net):
    """mholt/caddy-l4#462."""
    net.stop_time()
    up = net.backend()
    listener = net.serve({"handle": [up.proxy()]})
    before = open_descriptors()
    for i in range(10):
        client = net.client(listener)
        client.send(b"%d" % i)
        assert up.take()[0] == b"%d" % i
        (entry,) = net.world.maker.layer4(_config(up))
        hand_over(listener, entry, net.house)
        client.close()
        net.sockets.remove(client)
    assert len(listener.table) == net.house.bounds.total == 10
    net.pass_time(40)
    assert not listener.table
    assert net.house.bounds.total == 0
    net.turn(lambda: open_descriptors() <= before)


def _config(up):
    from caddylite.codec import from_plain
    from caddylite.layer4.config import Layer4

    server = {"listen": ["udp/127.0.0.1:0"], "routes": [{"handle": [up.proxy()]}]}
    return from_plain(Layer4, {"servers": {"srv0": server}})


def test_a_first_datagram_that_no_route_wants_does_not_stop_the_listener(net):
    """mholt/caddy-l4#247."""
    up = net.backend()
    listener = net.serve(
        {"match": [{"regexp": {"count": 2, "pattern": "ok"}}], "handle": [up.proxy()]}
    )
    one, two = net.client(listener), net.client(listener)
    one.send(b"no such thing")
    net.turn(lambda: listener.owner.total == 1 and not listener.table)
    for client in (one, two):
        client.send(b"ok")
        assert up.take()[0] == b"ok"


def test_datagrams_are_not_sent_to_an_inner_address_that_the_client_names(net):
    up = net.backend()
    handler = {"handler": "proxy", "upstreams": [{"dial": ["udp/{l4.conn.remote_addr}"]}]}
    listener = net.serve({"handle": [handler]})
    client = net.client(listener)
    client.send(b"reflect")
    net.turn(lambda: net.world.said("refused to dial"))
    assert net.nothing(client)
    assert up.untouched()
    assert not listener.table
    assert net.house.refused_dials == 1

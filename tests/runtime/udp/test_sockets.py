"""Datagram sockets from network addresses."""

import os
import socket
import stat

import pytest

from caddylite.errors import ConfigError
from caddylite.netaddr import NetworkAddress
from caddylite.runtime import listeners
from caddylite.runtime.udp import sockets
from tests.runtime.world import open_descriptors

ECHO = {"handle": [{"handler": "echo"}]}


def bound(text: str) -> socket.socket:
    return listeners.listen(NetworkAddress.parse(text))


@pytest.mark.parametrize(
    ("text", "family", "host"),
    [
        ("udp/127.0.0.1:0", socket.AF_INET, "127.0.0.1"),
        ("udp4/:0", socket.AF_INET, "0.0.0.0"),
        ("udp/localhost:0", socket.AF_INET, "127.0.0.1"),
        ("udp/[::1]:0", socket.AF_INET6, "::1"),
        ("udp6/:0", socket.AF_INET6, "::"),
        ("udp/:0", socket.AF_INET6, "::"),
    ],
)
def test_networks(text, family, host):
    if family == socket.AF_INET6 and not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("there is no IPv6 here")
    sock = bound(text)
    assert (sock.family, sock.getsockname()[0]) == (family, host)
    assert not sock.getblocking()
    assert not os.get_inheritable(sock.fileno())
    if family == socket.AF_INET6:
        only6 = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
        assert bool(only6) == (text != "udp/:0")
    sock.close()


def test_a_port_in_use_is_complained_of():
    sock = bound("udp/127.0.0.1:0")
    port = sock.getsockname()[1]
    before = open_descriptors()
    with pytest.raises(ConfigError, match=f"udp 127.0.0.1:{port}: bind: address already in use"):
        bound(f"udp/127.0.0.1:{port}")
    assert open_descriptors() == before
    sock.close()


def test_a_range_has_a_socket_for_each_port(net):
    first = bound("udp/127.0.0.1:0")
    port = first.getsockname()[1]
    first.close()
    net.serve(ECHO, listen=f"udp/127.0.0.1:{port}-{port + 2}")
    assert [x.sock.getsockname()[1] for x in net.listeners] == [port, port + 1, port + 2]
    client = net.client(net.listeners[2])
    client.send(b"x")
    assert net.receive(client) == b"x"


def test_a_unix_socket_has_the_mode_asked_for_and_a_stale_one_is_replaced(tmp_path):
    path = tmp_path / "s"
    sock = bound(f"unixgram/{path}|0222")
    assert stat.S_IMODE(path.stat().st_mode) == 0o222
    with pytest.raises(ConfigError, match="address already in use"):
        bound(f"unixgram/{path}")
    sock.close()  # the file stays
    again = bound(f"unixgram/{path}")
    again.close()
    listeners.unlink(NetworkAddress.parse(f"unixgram/{path}"))
    assert not path.exists()


def test_an_inherited_datagram_socket(net):
    given = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    given.bind(("127.0.0.1", 0))
    listener = net.serve(ECHO, listen=f"fdgram/{given.fileno()}")
    client = net.client(given.getsockname())
    client.send(b"x")
    assert net.receive(client) == b"x"
    listener.stop()
    given.close()


def test_an_inherited_stream_socket(net):
    given = socket.socket()
    given.bind(("127.0.0.1", 0))
    given.listen()
    acceptor = net.serve(ECHO, listen=f"fd/{given.fileno()}")
    client = net.world.client(given.getsockname())
    net.world.send(client, b"x")
    assert net.world.receive(client, 1) == b"x"
    client.close()
    net.turn(net.world.idle)
    acceptor.stop()
    given.close()


def test_descriptors_that_will_not_do():
    with socket.socket() as stream, pytest.raises(ConfigError, match="not a datagram socket"):
        bound(f"fdgram/{stream.fileno()}")
    with pytest.raises(ConfigError, match="invalid file descriptor: x"):
        bound("fdgram/x")
    with pytest.raises(ConfigError):
        bound("fdgram/9999")


def test_control_messages_that_say_nothing():
    assert sockets.receiver([]) == ("", [])
    assert sockets.receiver([(socket.SOL_SOCKET, 1, b"")]) == ("", [])


def test_a_wildcard_and_a_specific_address_can_share_a_port(net):
    one = bound("udp/127.0.0.1:0")
    port = one.getsockname()[1]
    one.close()
    addresses = [NetworkAddress.parse(f"udp/{host}:{port}") for host in ("127.0.0.1", "")]
    assert listeners.share_a_port(addresses, datagrams=True) == {port}
    assert listeners.share_a_port(addresses) == set()
    specific, wildcard = (listeners.listen(a, beside=True) for a in addresses)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", ("127.0.0.1", port))
        client.sendto(b"y", ("127.0.0.2", port))
    assert net.receive(specific) == b"x"
    assert net.receive(wildcard) == b"y"
    specific.close()
    wildcard.close()

import os
import socket
import stat

import pytest

from caddylite.errors import ConfigError
from caddylite.netaddr import NetworkAddress
from caddylite.runtime import listeners


def listen(text):
    return listeners.listen(NetworkAddress.parse(text))


def talk(address):
    with socket.create_connection(address, timeout=5) as s:
        return s.getpeername()[0]


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_an_ipv4_address():
    sock = listen("127.0.0.1:0")
    assert sock.family == socket.AF_INET
    assert talk(sock.getsockname()) == "127.0.0.1"
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    sock.close()


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
def test_no_host_means_both_families():
    sock = listen(":0")
    port = sock.getsockname()[1]
    assert talk(("127.0.0.1", port))
    assert talk(("::1", port))
    sock.close()


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
@pytest.mark.parametrize(
    ("text", "works", "refused"),
    [
        ("tcp4/:0", "127.0.0.1", "::1"),
        ("tcp6/:0", "::1", "127.0.0.1"),
        ("[::1]:0", "::1", "127.0.0.1"),
    ],
)
def test_one_family_only(text, works, refused):
    sock = listen(text)
    port = sock.getsockname()[1]
    assert talk((works, port))
    with pytest.raises(ConnectionRefusedError):
        talk((refused, port))
    sock.close()


def test_a_name_is_bound_to_its_ipv4_address():
    sock = listen("localhost:0")
    assert sock.getsockname()[0] == "127.0.0.1"
    sock.close()


def test_a_port_in_use_is_one_clear_line():
    first = listen("127.0.0.1:0")
    port = first.getsockname()[1]
    with pytest.raises(ConfigError) as e:
        listen(f"127.0.0.1:{port}")
    assert str(e.value) == (
        f"listening on 127.0.0.1:{port}: listen tcp 127.0.0.1:{port}: bind: address already in use"
    )
    assert "another program" in e.value.hint
    first.close()


def test_a_host_that_is_not_ours():
    with pytest.raises(ConfigError, match="cannot assign requested address"):
        listen("192.0.2.1:0")
    with pytest.raises(ConfigError, match="no such host"):
        listen("no-such-host.invalid:80")


def test_an_unknown_network():
    with pytest.raises(ConfigError, match="unsupported network type: sctp"):
        listen("sctp/127.0.0.1:80")


def test_a_unix_socket_has_its_mode_and_goes_away(tmp_path):
    path = tmp_path / "s"
    address = NetworkAddress.parse(f"unix/{path}|0660")
    sock = listeners.listen(address)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    sock.close()
    listeners.unlink(address)
    assert not path.exists()


def test_a_stale_unix_socket_is_replaced_and_a_living_one_is_not(tmp_path):
    text = f"unix/{tmp_path}/s"
    listen(text).close()
    alive = listen(text)
    with pytest.raises(ConfigError, match="in use"):
        listen(text)
    alive.close()


def test_an_abstract_socket():
    sock = listen("unix/@caddylite-test-" + str(os.getpid()))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0caddylite-test-" + str(os.getpid()))
    sock.close()


def test_an_inherited_descriptor():
    given = socket.create_server(("127.0.0.1", 0))
    sock = listen(f"fd/{given.fileno()}")
    assert sock.getsockname() == given.getsockname()
    assert not os.get_inheritable(sock.fileno())
    sock.close()
    given.close()


def test_a_wildcard_and_a_specific_address_can_share_a_port():
    first = listeners.listen(NetworkAddress.parse("127.0.0.1:0"), beside=True)
    port = first.getsockname()[1]
    second = listeners.listen(NetworkAddress.parse(f":{port}"), beside=True)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            accepted, _ = first._accept()  # the kernel prefers the specific one
            os.close(accepted)
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize(
    ("addresses", "ports"),
    [
        ((":443", "127.0.0.1:443", ":80", "udp/:80"), {443}),
        ((":443", ":443", "127.0.0.1:443"), set()),  # the same twice is refused, as ever
    ],
)
def test_which_ports_are_shared(addresses, ports):
    assert listeners.share_a_port(map(NetworkAddress.parse, addresses)) == ports

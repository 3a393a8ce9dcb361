import socket

import pytest

from caddylite.runtime.ourselves import _MOST_WAITING, Ourselves, is_ours


@pytest.fixture
def listening():
    def listen(host, kind=socket.SOCK_STREAM):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, kind)
        opened.append(sock)
        sock.bind((host, 0))
        return sock, sock.getsockname()[1]

    opened = []
    yield listen
    for sock in opened:
        sock.close()


def test_a_specific_address(listening):
    sock, port = listening("127.0.0.1")
    us = Ourselves()
    us.listens(sock, "layer4/a")
    assert us.server_at(("127.0.0.1", port)) == "layer4/a"
    assert us.server_at(("0.0.0.0", port)) == "layer4/a"  # where such a connection arrives
    assert us.server_at(("127.0.0.2", port)) == ""
    assert us.server_at(("127.0.0.1", port), datagrams=True) == ""
    us.closes(sock, "layer4/a")
    assert us.server_at(("127.0.0.1", port)) == ""


def test_every_address(listening):
    sock, port = listening("0.0.0.0")
    us = Ourselves()
    us.listens(sock, "layer4/a")
    for host in ("127.0.0.1", "127.3.2.1", "::ffff:127.0.0.1"):
        assert us.server_at((host, port)) == "layer4/a"
    assert us.server_at(("192.0.2.1", port)) == ""


def test_a_specific_address_comes_before_all(listening):
    wide, port = listening("0.0.0.0")
    us = Ourselves()
    us.listens(wide, "layer4/wide")
    us._listeners[socket.SOCK_STREAM, port].append(("127.0.0.1", "layer4/narrow"))
    assert us.server_at(("127.0.0.1", port)) == "layer4/narrow"
    assert us.server_at(("127.0.0.2", port)) == "layer4/wide"


def test_datagrams_are_another_world(listening):
    sock, port = listening("127.0.0.1", socket.SOCK_DGRAM)
    us = Ourselves()
    us.listens(sock, "layer4/a")
    assert us.server_at(("127.0.0.1", port)) == ""
    assert us.server_at(("127.0.0.1", port), datagrams=True) == "layer4/a"


@pytest.mark.parametrize("abstract", [True, False])
def test_paths(tmp_path, abstract):
    name = "\0caddylite-ourselves" if abstract else str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(name)
        us = Ourselves()
        us.listens(sock, "layer4/a")
        assert us.server_at(name) == "layer4/a"
        assert us.server_at(name + "x") == ""


def test_announced_connections_are_few():
    us = Ourselves()
    for i in range(_MOST_WAITING + 5):
        us.coming["127.0.0.1", i] = ()
    with socket.socket() as sock:
        name = us.announce(sock, ("a",))
        assert us.coming[name] == ("a",)
    assert len(us.coming) == _MOST_WAITING


def test_addresses_of_this_machine():
    assert is_ours("127.0.0.1")
    assert is_ours("127.200.0.1")
    assert is_ours("::1")
    assert not is_ours("192.0.2.1")
    assert not is_ours("2001:db8::1")
    assert not is_ours("nonsense")

"""Logs that go to sockets."""

import socket
import threading

import pytest

from caddylite.errors import ConfigError
from caddylite.runtime.logging.net import NetLog, parse_address


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(5)
        yield made


def address(server, network=""):
    return parse_address(f"{network}127.0.0.1:{server.getsockname()[1]}")


def read(connection, size):
    data = b""
    connection.settimeout(5)
    while len(data) < size:
        piece = connection.recv(size - len(data))
        assert piece
        data += piece
    return data


def test_over_tcp(server):
    log = NetLog(address(server))
    log.write(b"one\n")
    log.write(b"two\n")
    connection, _ = server.accept()
    assert read(connection, 8) == b"one\ntwo\n"
    log.close()
    assert connection.recv(1) == b""
    connection.close()


def test_over_udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", 0))
        taker.settimeout(5)
        log = NetLog(address(taker, "udp/"))
        log.write(b"one\n")
        assert taker.recv(100) == b"one\n"
        log.close()


def test_over_a_unix_socket(tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as taker:
        taker.bind(path)
        taker.listen()
        taker.settimeout(5)
        log = NetLog(parse_address(f"unix/{path}"))
        log.write(b"one\n")
        connection, _ = taker.accept()
        assert read(connection, 4) == b"one\n"
        connection.close()
        log.close()


def test_somebody_must_be_there_at_first(server):
    where = address(server)
    server.close()
    with pytest.raises(ConfigError, match=r"dial tcp 127\.0\.0\.1:.*refused"):
        NetLog(where)


def test_a_name_nobody_knows():
    with pytest.raises(ConfigError, match=r"^dial tcp: lookup caddylite\.invalid: no such host$"):
        NetLog(parse_address("caddylite.invalid:1"))


def test_a_socket_of_datagrams(tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as taker:
        taker.bind(path)
        taker.settimeout(5)
        log = NetLog(parse_address(f"unixgram/{path}"))
        log.write(b"one\n")
        log.write(b"two\n")
        assert [taker.recv(100), taker.recv(100)] == [b"one\n", b"two\n"]
        log.close()


def test_a_soft_start_and_connecting_again(server, capfd):
    where = address(server)
    server.close()
    log = NetLog(where, soft_start=True, redial=0.0)
    log.write(b"lost\n")
    while "lost" not in (err := capfd.readouterr().err):
        assert "Traceback" not in err
    with socket.create_server(("127.0.0.1", where.start_port)) as back:
        back.settimeout(5)
        log.write(b"found\n")
        connection, _ = back.accept()
        assert read(connection, 6) == b"found\n"
        connection.close()
    log.close()


def test_what_is_too_much_is_counted(server, monkeypatch):
    go_on, sent = threading.Event(), []

    def slow(self, data):
        go_on.wait(5)
        sent.append(data)
        return True

    monkeypatch.setattr("caddylite.runtime.logging.net.MOST", 3)
    monkeypatch.setattr(NetLog, "_send", slow)
    log = NetLog(address(server))
    for _ in range(10):
        log.write(b"x")
    assert log.lost in (6, 7)  # one may have been taken out of the queue
    go_on.set()
    log.close()
    assert len(sent) + log.lost == 10


@pytest.mark.parametrize(
    ("text", "words"), [("a:1-2", "multiple ports"), ("a:b", "parsing network address 'a:b'")]
)
def test_bad_addresses(text, words):
    with pytest.raises(ConfigError, match=words):
        parse_address(text)

"""Listeners for proofs, on real sockets."""

import errno
import socket

import pytest

from caddylite.tls.acme.challenges import HTTP, TLS_ALPN, Task
from caddylite.tls.acme.errors import ACMEError, Identifier
from caddylite.tls.live.acme import listening
from caddylite.tls.live.acme.listening import Listeners
from caddylite.tls.live.acme.office import Office
from caddylite.tls.live.acme.solving import Readiness
from tests.e2e.programs import free_port
from tests.runtime.world import World

NAME = "a.example.test"


@pytest.fixture
def world(tmp_path):
    made = World("fast", tmp_path)
    yield made
    made.close()


def talk(world, port: int, data: bytes, cut: int = 0) -> bytes:
    sock = world.client(("127.0.0.1", port))
    out = []

    def heard() -> bool:
        try:
            got = sock.recv(65536)
        except BlockingIOError:
            return False
        except OSError:
            got = b""
        out.append(got)
        return not got

    world.send(sock, data[:cut])
    if cut:
        world.rest(0.02)
    world.send(sock, data[cut:])
    world.turn(heard)
    return b"".join(out)


def ready(world, kind: str, port: int) -> tuple[Readiness, Task]:
    office = Office.of(world.house)
    task = Task(kind, Identifier("dns", NAME), "token", "token.print")
    return Readiness(world.house, office, kind, "https://ca/dir", "", port, None), task


def present(readiness, task) -> None:
    with pytest.raises(StopIteration):
        readiness.present(task).send(None)


@pytest.mark.parametrize("cut", [0, 1, 30, 100])
def test_a_proof_over_http(world, cut):
    port = free_port()
    readiness, task = ready(world, HTTP, port)
    present(readiness, task)
    asked = f"GET {task.path} HTTP/1.1\r\nHost: {NAME.upper()}:80\r\nX-Some: {'x' * 50}\r\n\r\n"
    said = talk(world, port, asked.encode(), cut)
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert said.endswith(b"\r\n\r\ntoken.print")
    readiness.clean_up(task)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


@pytest.mark.parametrize(
    "request_text",
    [
        "GET / HTTP/1.1\r\nHost: a.example.test\r\n\r\n",
        "GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: other.test\r\n\r\n",
        "GET /.well-known/acme-challenge/other HTTP/1.1\r\nHost: a.example.test\r\n\r\n",
        "POST /.well-known/acme-challenge/token HTTP/1.1\r\nHost: a.example.test\r\n"
        "Content-Length: 0\r\n\r\n",
        "GET /.well-known/acme-challenge/token HTTP/1.1\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + "x" * 100_000,
    ],
)
def test_nobody_else_gets_anything(world, request_text):
    port = free_port()
    readiness, task = ready(world, HTTP, port)
    present(readiness, task)
    said = talk(world, port, request_text.encode())
    assert said.startswith(b"HTTP/1.1 404 Not Found\r\n") or said == b""
    assert b"print" not in said
    readiness.clean_up(task)


def test_who_says_nothing_is_let_go(world, monkeypatch):
    monkeypatch.setattr(listening, "_SECONDS", 0.05)
    port = free_port()
    readiness, task = ready(world, HTTP, port)
    present(readiness, task)
    assert world.closed(world.client(("127.0.0.1", port)))
    readiness.clean_up(task)


def test_a_proof_in_a_handshake(world):
    import ssl

    port = free_port()
    readiness, task = ready(world, TLS_ALPN, port)
    present(readiness, task)

    def shake(alpn: str, name: str = NAME):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols([alpn])
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
        sock = world.client(("127.0.0.1", port))

        def go() -> bool:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            else:
                return True
            if outgoing.pending:
                world.send(sock, outgoing.read())
            try:
                got = sock.recv(65536)
            except BlockingIOError:
                return False
            incoming.write(got) if got else incoming.write_eof()
            return False

        world.turn(go)
        return tls

    tls = shake("acme-tls/1")
    assert tls.selected_alpn_protocol() == "acme-tls/1"
    found = tls.getpeercert(binary_form=True)
    assert found is not None
    assert b"ACME challenge" in found
    for alpn, name in (("h2", NAME), ("acme-tls/1", "other.test")):
        with pytest.raises(ssl.SSLError):
            shake(alpn, name)
    readiness.clean_up(task)


def test_ports_are_shared_and_given_back(world):
    port = free_port()
    listeners = Office.of(world.house).listeners
    one, task = ready(world, HTTP, port)
    two = Task(HTTP, Identifier("dns", "b.test"), "t2", "t2.print")
    present(one, task)
    present(one, two)
    one.clean_up(task)
    assert b"t2.print" in talk(
        world, port, f"GET {two.path} HTTP/1.1\r\nHost: b.test\r\n\r\n".encode()
    )
    listeners.make_way()
    with socket.create_server(("127.0.0.1", port)):  # a config that wants it
        present(one, task)
        one.clean_up(two)
        one.clean_up(task)
    assert listeners._open == listeners._users == {}


def test_somebody_listens_already(world):
    with socket.create_server(("127.0.0.1", 0)) as sock:
        listeners = Listeners()
        port = sock.getsockname()[1]
        listeners.open(world.house, "", port, None)
        listeners.open(world.house, "127.0.0.1", port, None)
        listeners.close("", port)
        listeners.close("127.0.0.1", port)


def test_a_port_that_cannot_be_had(world, monkeypatch):
    class Forbidden(socket.socket):
        def bind(self, address):
            raise PermissionError(errno.EACCES, "Permission denied")

    port = free_port()
    monkeypatch.setattr(listening.socket, "socket", Forbidden)
    with pytest.raises(ACMEError, match=f"challenge server at :{port}: permission denied"):
        Listeners().open(world.house, "", port, None)

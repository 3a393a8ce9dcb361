"""Connections that end on one side, or break."""

import socket
import struct
import threading

from tests.differential.behaviour.ends import connect, rest, some, until
from tests.differential.behaviour.handlers import proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()
RESET = struct.pack("ii", 1, 0)


@table()
def half_closed_by_the_client(s: Stage) -> Play:
    b = s.backend("answer", mute=False, echo=True)
    at = s.serve(proxy(b))
    yield
    with connect(at) as sock:
        sock.sendall(b"question")
        sock.shutdown(1)
        return rest(sock), [(x.data, x.ended) for x in b.wait(1)]


@table()
def half_closed_by_the_upstream(s: Stage) -> Play:
    """The upstream ends its side; what the client sends still arrives."""
    server = socket.create_server(("127.0.0.1", 0))
    got: list[bytes] = []

    def serve() -> None:
        sock, _ = server.accept()
        sock.settimeout(8)
        with sock:
            sock.sendall(b"bye")
            sock.shutdown(socket.SHUT_WR)
            while data := sock.recv(100):
                got.append(data)
            got.append(b"END")

    threading.Thread(target=serve, daemon=True).start()
    at = s.serve(proxy(f"127.0.0.1:{server.getsockname()[1]}"))
    yield
    with connect(at) as sock:
        said = rest(sock)
        sock.sendall(b"still")
        until(lambda: got)
        sock.shutdown(1)
        until(lambda: got[-1:] == [b"END"])
    server.close()
    return said, b"".join(got)


@table()
def reset_by_the_client(s: Stage) -> Play:
    b = s.backend()
    at = s.serve(proxy(b))
    yield
    sock = connect(at)
    some(sock, 2)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()
    return [x.ended in ("end", "reset") for x in b.wait(1)]


@table()
def reset_by_the_upstream(s: Stage) -> Play:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        sock, _ = server.accept()
        sock.sendall(b"before")
        sock.recv(10)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        sock.close()

    threading.Thread(target=serve, daemon=True).start()
    at = s.serve(proxy(f"127.0.0.1:{server.getsockname()[1]}"))
    yield
    with connect(at) as sock:
        out = some(sock, 6)
        sock.sendall(b"go")
        out += rest(sock, 3).removesuffix("!reset")
    server.close()
    return out

"""Where servers listen: ranges, families, Unix sockets, inherited descriptors."""

import contextlib
import os
import socket
from typing import Any

from tests.differential.behaviour.ends import answered, ask, talk
from tests.differential.behaviour.handlers import ECHO, proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()
ROUTE = {"handle": [ECHO]}


def a_range(s: Stage) -> int:
    """Return the first of three ports in a row that are free."""
    while True:
        first = s.port()
        held = []
        try:
            for port in (first + 1, first + 2):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    held.append(socket.socket(socket.AF_INET, kind))
                    held[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for sock in held:
                sock.close()


@table()
def port_ranges(s: Stage) -> Play:
    tcp, udp = a_range(s), a_range(s)
    s.listen([f"127.0.0.1:{tcp}-{tcp + 2}"], ROUTE)
    s.listen([f"udp/127.0.0.1:{udp}-{udp + 2}"], ROUTE)
    yield
    return [talk(tcp + i, b"x") for i in range(3)], [ask(udp + i, b"x") for i in range(3)]


@table()
def several_addresses(s: Stage) -> Play:
    one, two = s.port(), s.port()
    s.listen([f"127.0.0.1:{one}", f"udp/127.0.0.1:{two}", f"unix/{s.folder}/many.sock"], ROUTE)
    yield
    return talk(one, b"a"), ask(two, b"b"), talk(str(s.folder / "many.sock"), b"c")


@table()
def one_port_for_streams_and_datagrams(s: Stage) -> Play:
    port = s.port()
    s.listen([f"tcp/127.0.0.1:{port}"], ROUTE)
    s.listen([f"udp/127.0.0.1:{port}"], {"handle": [proxy(s.datagrams())]})
    yield
    return talk(port, b"a"), ask(port, b"b")


@table()
def ipv6(s: Stage) -> Play:
    port = s.port("::1")
    s.listen([f"[::1]:{port}"], ROUTE)
    s.listen([f"udp/[::1]:{port}"], ROUTE)
    yield
    return talk(("::1", port), b"a"), ask(("::1", port), b"b")


@table()
def everywhere(s: Stage) -> Play:
    port, udp = s.port(), s.port()
    s.listen([f":{port}"], ROUTE)
    s.listen([f"udp/:{udp}"], ROUTE)
    yield
    streams = [talk((host, port), b"a") for host in ("127.0.0.1", "127.0.0.5", "::1")]
    return streams, [ask((host, udp), b"b") for host in ("127.0.0.1", "::1")]


@table("datagrams to a wildcard address", "127.0.0.5")
def answers_come_from_the_address_asked(s: Stage) -> Play:
    port = s.port()
    s.listen([f"udp/:{port}"], ROUTE)
    yield
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.sendto(b"x", ("127.0.0.5", port))
        return sock.recvfrom(10)[1][0]


@table()
def one_family(s: Stage) -> Play:
    four, six = s.port(), s.port()
    s.listen([f"tcp4/:{four}"], ROUTE)
    s.listen([f"tcp6/:{six}"], ROUTE)
    yield
    return [talk((host, port), b"a") for port in (four, six) for host in ("127.0.0.1", "::1")]


@table()
def names_of_the_environment(s: Stage) -> Play:
    port = s.port()
    s.listen([f"{{env.L4_LOOP}}:{port}"], ROUTE)
    yield
    return talk(port, b"a")


@table()
def unix_sockets(s: Stage) -> Play:
    s.listen([f"unix/{s.folder}/in.sock"], ROUTE)
    s.listen([f"unix/{s.folder}/mode.sock|0660"], ROUTE)
    name = f"@l4-{os.getpid()}-{s.name}"
    s.listen([f"unix/{name}"], ROUTE)
    yield
    paths = [str(s.folder / "in.sock"), str(s.folder / "mode.sock"), "\0" + name[1:]]
    modes = [oct(os.stat(path).st_mode & 0o777) for path in paths[:2]]
    return [talk(path, b"a") for path in paths], modes


@table()
def datagrams_over_unix_sockets(s: Stage) -> Play:
    s.listen([f"unixgram/{s.folder}/in.gram"], ROUTE)
    yield
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.bind(str(s.folder / "client.gram"))
        for word in (b"one", b"two"):
            sock.sendto(word, str(s.folder / "in.gram"))
        return answered(sock, 2)


@table()
def inherited(s: Stage) -> Play:
    out: Any = {}
    for network, kind in (("fd", socket.SOCK_STREAM), ("fdgram", socket.SOCK_DGRAM)):
        sock = socket.socket(socket.AF_INET, kind)
        sock.bind(("127.0.0.1", 0))
        if network == "fd":
            sock.listen()
        s.listen([f"{network}/{s.inherit(sock)}"], ROUTE)
        out[network] = sock.getsockname()[1]
    yield
    return talk(out["fd"], b"a"), ask(out["fdgram"], b"b")


@table()
def the_file_of_a_dead_program(s: Stage) -> Play:
    path = s.folder / "stale.sock"
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as sock:
        sock.bind(str(path))
    s.listen([f"unix/{path}"], ROUTE)
    yield
    return talk(str(path), b"a")

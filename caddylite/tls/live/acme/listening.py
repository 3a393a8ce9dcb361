"""Listeners that stand only while a challenge is answered, where nobody else listens.

Ports are given back at once when a config that wants them is loaded; whoever listens then answers.
"""

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.context import House
from caddylite.tls.acme.client import Answer
from caddylite.tls.acme.errors import ACMEError
from caddylite.wire.http1 import Head, RequestReader, path_and_query

#: The most connections that are accepted at a time.
_BATCH: Final = 16
#: Seconds that a client has for its request.
_SECONDS: Final = 10.0

#: What is done with a host and a path: the proof, or None.
Respond = Callable[[str, str], str | None]


@implementer(IReadDescriptor)
class _Listener:
    """One listening socket."""

    def __init__(self, reactor: Any, sock: socket.socket, factory: Any) -> None:
        self._reactor, self._sock, self._factory = reactor, sock, factory
        self.users = 0
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._sock.fileno()

    def logPrefix(self) -> str:
        return "acme"

    def doRead(self) -> None:
        for _ in range(_BATCH):
            try:
                accepted, _ = self._sock.accept()
            except OSError:
                return
            with accepted:
                accepted.setblocking(False)
                self._reactor.adoptStreamConnection(
                    accepted.fileno(), self._sock.family, self._factory
                )

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The reactor stops."""
        self.close()

    def close(self) -> None:
        """Stop at once."""
        if self._sock.fileno() >= 0:
            self._reactor.removeReader(self)
            self._sock.close()


class Listeners:
    """The temporary listeners of a program, by address; each is closed with its last user."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], _Listener | None] = {}
        self._users: dict[tuple[str, int], int] = {}

    def open(self, house: House, host: str, port: int, factory: Any) -> None:
        """Listen, if nobody does; ACMEError if that cannot be (and nobody does)."""
        place = host, port
        self._users[place] = self._users.get(place, 0) + 1
        if self._open.get(place) is not None:
            return
        sock = _listen(host, port)
        self._open[place] = _Listener(house.reactor, sock, factory) if sock is not None else None

    def close(self, host: str, port: int) -> None:
        """One user fewer."""
        place = host, port
        self._users[place] = self._users.get(place, 0) - 1
        if self._users[place] > 0:
            return
        del self._users[place]
        listener = self._open.pop(place, None)
        if listener is not None:
            listener.close()

    def make_way(self) -> None:
        """Give all ports back: somebody is about to listen who answers as well."""
        for place, listener in self._open.items():
            if listener is not None:
                listener.close()
                self._open[place] = None


def _listen(host: str, port: int) -> socket.socket | None:
    """Return a listening socket; None if somebody listens already."""
    wanted = [(socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")]
    if host:
        wanted = [(socket.AF_INET6 if ":" in host else socket.AF_INET, host)]
    problem = OSError()
    for family, address in wanted:
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as e:
            problem = e
            continue
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.bind((address, port))
            sock.listen(128)
        except OSError as e:
            sock.close()
            problem = e
            if e.errno == errno.EADDRINUSE:
                return None
            continue
        sock.setblocking(False)
        return sock
    if _answers(host or "127.0.0.1", port):
        return None
    said = (problem.strerror or str(problem)).lower()
    raise ACMEError(f"could not start listener for challenge server at {host}:{port}: {said}")


def _answers(host: str, port: int) -> bool:
    """Does anybody of this machine listen there?"""
    with suppress(OSError), socket.create_connection((host, port), 0.05):
        return True
    return False


class HTTPAnswers(Factory):
    """Answers HTTP-01, and 404 to everything else."""

    noisy = False

    def __init__(self, house: House, respond: Respond) -> None:
        self.timeouts, self.respond = house.timeouts(_SECONDS), respond

    def buildProtocol(self, addr: Any) -> "_HTTPAnswer":
        """Make the protocol of a connection."""
        return _HTTPAnswer(self)


class _HTTPAnswer(Protocol):
    """One request, one answer."""

    def __init__(self, factory: HTTPAnswers) -> None:
        self._factory, self._reader = factory, RequestReader(8 << 10)
        self._timeout: Any = None

    def connectionMade(self) -> None:
        transport: Any = self.transport
        self._timeout = self._factory.timeouts.add(transport.abortConnection)

    def dataReceived(self, data: bytes) -> None:
        for event in self._reader.feed(data)[:1]:
            answer = Answer(404)
            if isinstance(event, Head) and event.method == "GET":
                from caddylite.tls.subjects import host_only

                path, _ = path_and_query(event.target)
                said = self._factory.respond(host_only(event.host), path)
                if said is not None:
                    answer = Answer(200, body=said.encode())
            self._reader.close()
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        words = "200 OK" if answer.status == 200 else "404 Not Found"
        head = (
            f"HTTP/1.1 {words}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(answer.body)}\r\nConnection: close\r\n\r\n"
        )
        transport: Any = self.transport
        transport.write(head.encode() + answer.body)
        transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._timeout is not None:
            self._factory.timeouts.cancel(self._timeout)
        self._reader.close()

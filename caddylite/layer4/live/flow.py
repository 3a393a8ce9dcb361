"""A connection on its way through routes and handlers.

A Flow is owned by one party at a time: whoever got it decides when it is passed on, served,
forwarded or closed. There are two kinds: :class:`TransportFlow` over any Twisted transport (in
memory, or inside TLS), and the runtime's ``RawFlow`` over a bare socket, which does the same
quicker. Both give the same answers.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from twisted.internet.interfaces import IProtocol

from caddylite.layer4.matching import Connection

#: Stands for the facts of a connection whose end will not be written to any log.
NOBODY: Final = Connection()


class Reader(Protocol):
    """Takes what comes on a watched flow."""

    def more(self) -> None:
        """More bytes have been added to ``flow.data``."""
        ...

    def ended(self) -> None:
        """The peer has ended its side (``flow.ended`` is set); ours may still write."""
        ...

    def lost(self) -> None:
        """The connection is gone; the flow needs no closing."""
        ...


class Owner(Protocol):
    """Who counts connections and writes the log; told once, when the connection is over."""

    @property
    def remembers(self) -> bool:
        """Will the facts of a connection (``flow.cx``) be wanted when it is over?"""
        ...

    def closed(self, flow: "Flow") -> None:
        """It is over; ``read`` and ``written`` are final."""
        ...


class Target(Protocol):
    """Where a flow is to be forwarded: one socket address."""

    #: Connections open to it now; flows count themselves.
    conns: int
    #: Does it take datagrams, and no stream?
    datagrams: bool

    @property
    def family(self) -> int:
        """AF_INET, AF_INET6 or AF_UNIX."""
        ...

    @property
    def address(self) -> Any:
        """What ``socket.connect`` takes."""
        ...


class Forwarder(Protocol):
    """Who asked for a flow to be forwarded."""

    connect_timeout: float
    #: Binds a socket before it connects (``local_address``); raises OSError.
    bind: Callable[[Any, "Flow"], None] | None
    #: Told once a target is connected, with our address there, before anything is relayed.
    joined: Callable[["Flow", Any], None] | None

    # One that has ``dialled(sock)`` is told of the socket as soon as it connects.

    #: Puts a protocol around the one towards a target (TLS); then no sockets can be relayed.
    wrap: Callable[[Any, "Flow", Target], Any] | None

    def failed(self, flow: "Flow", target: Target, why: str) -> None:
        """It could not be reached; the flow is as it was."""
        ...


class Flow:
    """What handlers do with a connection.

    ``cx`` are the facts, ``data`` the bytes read and not yet consumed, ``ended`` tells that no
    more will come, ``memo`` is what matchers know of ``data`` (forget it when data is taken from
    the front). ``route`` is the label of the route taken last, ``why`` the reason for closing;
    ``read`` and ``written`` count bytes from and to the client.
    """

    __slots__ = (
        "cx",
        "data",
        "ended",
        "memo",
        "owner",
        "read",
        "retry",
        "route",
        "target",
        "why",
        "written",
    )

    #: The whole datagrams that ``data`` is made of; a stream has none.
    datagrams: tuple[bytes, ...] = ()

    def __init__(self, cx: Connection, owner: Owner | None) -> None:
        self.cx, self.owner = cx, owner
        self.data = b""
        self.ended = False
        self.memo: dict[str, Any] = {}
        self.route = self.why = ""
        self.read = self.written = 0
        self.target: Target | None = None
        self.retry: Any = None

    def watch(self, reader: Reader) -> None:
        """Read on; the reader is told until :meth:`unwatch`."""
        raise NotImplementedError

    def unwatch(self) -> None:
        """Read no more for now."""
        raise NotImplementedError

    def serve(self, protocol: IProtocol) -> None:
        """Give the connection to a Twisted protocol, with ``data`` delivered first."""
        raise NotImplementedError

    def forward(self, target: Target, preface: bytes, forwarder: Forwarder) -> None:
        """Connect to a target, write ``preface`` and ``data``, and relay until both have ended."""
        raise NotImplementedError

    def send(self, data: bytes) -> None:
        """Write a few bytes to the client (an answer before forwarding)."""
        raise NotImplementedError

    def close(self, why: str = "") -> None:
        """End the connection; ``why`` is for the log."""
        raise NotImplementedError

    def abort(self, why: str = "") -> None:
        """End it at once, whoever has it now."""
        raise NotImplementedError

    def take(self, size: int) -> bytes:
        """Consume bytes from the front of ``data``."""
        taken, self.data = self.data[:size], self.data[size:]
        self.memo = {}
        return taken

    def strip_headers(self) -> None:
        """A PROXY header has been taken: of datagrams each carries one, of a stream no other."""

    def _over(self) -> None:
        """Tell the owner, once."""
        owner, self.owner = self.owner, None
        target, self.target = self.target, None
        if target is not None:
            target.conns -= 1
        if owner is not None:
            owner.closed(self)

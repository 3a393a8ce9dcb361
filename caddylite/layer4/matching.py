"""How a matcher looks at a connection: no sockets here, only the bytes seen so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from caddylite import placeholders
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.netaddr import address_text as address_text
from caddylite.netaddr import host_text as host_text
from caddylite.node import Node
from caddylite.placeholders import GLOBALS, UNKNOWN


class NeedMore(Exception):
    """The bytes seen so far settle nothing.

    ``committed``: they do name the protocol, and only a detail is missing (a TLS record header has
    been read, the SNI has not).
    """

    def __init__(self, committed: bool = False) -> None:
        super().__init__()
        self.committed = committed


@dataclass(slots=True)
class Connection:
    """What is known of a connection besides its bytes.

    ``remote`` and ``local`` are ``(host, port)``, or a path for a Unix socket (maybe ``""``).
    ``network`` is ``tcp``, ``udp``, ``unix`` or ``unixgram``. ``started`` is in seconds since the
    epoch.
    ``vars`` and ``placeholders`` (names without braces) are what handlers and matchers have set.
    """

    remote: tuple[str, int] | str = ("", 0)
    local: tuple[str, int] | str = ("", 0)
    network: str = "tcp"
    started: float = 0.0
    vars: dict[str, Any] = field(default_factory=dict)
    placeholders: dict[str, Any] = field(default_factory=dict)
    encrypted: bool = False  # True once a ``tls`` handler has unwrapped it
    tls: Any = None  # of the innermost ``tls`` handler: an http.request.TLSState
    #: The ClientHello the router has seen, named (``peeked.name_hello``) when somebody asks.
    hello: Any = None
    #: The servers of this process it has come through before (``runtime.ourselves``).
    passed: tuple[str, ...] = ()

    @property
    def is_datagram(self) -> bool:
        """Do its bytes come as whole datagrams?"""
        return self.network in ("udp", "unixgram")

    def lookup(self, name: str) -> Any:
        """Return the value of a placeholder on this connection, or UNKNOWN."""
        value = self.placeholders.get(name, UNKNOWN)
        if value is not UNKNOWN:
            return value
        if not name.startswith("l4."):
            return GLOBALS(name)
        if name.startswith("l4.vars."):
            return self.vars.get(name[8:], "")  # one that is not set is empty, not unknown
        if self.tls is not None and name.startswith("l4.tls."):
            from caddylite.layer4.tls_values import tls_value

            return tls_value(self.tls, name[7:])
        if self.hello is not None and name.startswith("l4.tls."):
            from caddylite.layer4.peeked import name_hello

            hello, self.hello = self.hello, None
            name_hello(hello, Peek(b"", self))
            return self.lookup(name)
        if name == "l4.conn.remote_addr":
            return address_text(self.remote)
        if name == "l4.conn.local_addr":
            return address_text(self.local)
        if name == "l4.conn.wrap_time":
            from datetime import UTC, datetime

            return datetime.fromtimestamp(self.started, UTC)
        return UNKNOWN

    def expand(self, text: str) -> str:
        """Replace the placeholders of a value; unknown ones vanish."""
        template = placeholders.compile(text)
        return template.literal if template.constant else template.expand(self.lookup)


def expand_early(text: str, house: Any) -> str:
    """Replace a value's placeholders when the config is loaded: only the global ones are known.

    ``house`` (see ``context.House``) may be None: then this process's own environment counts.
    """
    if "{" not in text and "}" not in text:
        return text
    return placeholders.compile(text).expand(GLOBALS if house is None else house.globals)


class Peek:
    """A cursor over the bytes seen so far. Reading past them raises NeedMore.

    ``memo`` is shared by all the matchers that look at the same bytes, so that a ClientHello is
    parsed once. ``why`` is set by a matcher that refutes, for ``explain`` and the log.
    ``datagrams`` are the whole datagrams of a datagram association (``data`` is their sum).
    """

    __slots__ = ("at", "cx", "data", "datagrams", "memo", "why")

    def __init__(
        self,
        data: bytes,
        cx: Connection | None = None,
        datagrams: tuple[bytes, ...] = (),
        memo: dict[str, Any] | None = None,
    ) -> None:
        self.data, self.at = data, 0
        self.cx = Connection() if cx is None else cx
        self.datagrams = datagrams
        self.memo: dict[str, Any] = {} if memo is None else memo
        self.why = ""

    def read(self, count: int) -> bytes:
        """Take the next ``count`` bytes."""
        end = self.at + count
        if end > len(self.data):
            raise NeedMore
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def byte(self) -> int:
        """Take the next byte, as a number."""
        return self.read(1)[0]

    def starts_with(self, prefix: bytes, why: str) -> bool:
        """Do the bytes from here on begin like this? Refutes at the first that differs."""
        end = self.at + len(prefix)
        given = self.data[self.at : end]
        if given == prefix:
            self.at = end
            return True
        if prefix.startswith(given):
            raise NeedMore
        self.why = why
        return False

    @property
    def first_datagram(self) -> bytes:
        """The first datagram, whole; of a stream all that has come. Empty: NeedMore."""
        first = self.datagrams[0] if self.datagrams else self.data
        if not first and not self.datagrams:
            raise NeedMore
        return first

    def rest(self) -> bytes:
        """Return all the bytes seen from here on; nothing is taken."""
        return self.data[self.at :]

    def no(self, why: str) -> bool:
        """Refute, saying why in a few words (``first byte 0x47 is not a TLS record``)."""
        self.why = why
        return False


Match = Callable[[Peek], bool]


class Matcher(Node, frozen=True):
    """Says whether a connection is of some kind. It must neither block nor keep state.

    Subclasses are IR (frozen, Caddy's JSON keys) and bring their Caddyfile syntax, documented in
    the docstring under ``Syntax::``.
    """

    namespace: ClassVar[str | None] = "layer4.matchers"

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the matcher's Caddyfile syntax; the cursor stands before the matcher's name.

        This default is for matchers with no arguments and no block.
        """
        d.next()
        if d.count_args():
            raise d.arg_err()
        cls.no_block(d)
        return cls()

    @classmethod
    def no_block(cls, d: Dispenser) -> None:
        """Complain if a block opens here."""
        if d.next_block(d.nesting):
            raise d.err(
                f"malformed layer4 connection matcher '{cls.name}': blocks are not supported"
            )

    def prepare(self, cx: Any) -> Match:
        """Return the function that matches (regexps compiled, files loaded); ConfigError if bad.

        What is costly is done here, once; what lives (a watched file) belongs to ``cx``.
        """
        return self.match

    def match(self, p: Peek) -> bool:
        """Answer, or raise NeedMore. Called by the default :meth:`prepare`."""
        raise NotImplementedError

"""When caddy-l4's matchers answer: how many bytes each reads before it says anything.

What they answer once they have read is what ours answer; so each of ours is asked on the bytes
that theirs would have had. Where theirs decides and ours would wait, theirs refutes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from caddylite.layer4.config import Route
from caddylite.layer4.matching import Match, Matcher, NeedMore, Peek, host_text

if TYPE_CHECKING:
    from caddylite.testing.walk import Walk

#: A ClientHello or its records above this break a connection.
_LARGEST: Final = 16 * 1024
#: Matchers that need no bytes.
_CHEAP: Final = ("remote_ip", "local_ip", "remote_ip_list", "clock", "vars", "vars_regexp")
#: A user that no client can name.
_NOBODY: Final = "\0"


class Need(Exception):
    """The matcher has used up the bytes that there are."""


class Broken(Exception):
    """The matcher fails, which closes the connection."""


#: Looks at the bytes before our matcher is asked: True to ask it, False refutes; Need; Broken.
Reader = Callable[[Peek], bool]
#: Puts the matchers of a set in the order in which they are asked. It is that of a map in Go,
#: which is another one each time a config is loaded.
Order = Callable[[list[str]], Sequence[str]]


class Ask:
    """One route. ``sets`` are its matcher sets, ready to be asked."""

    def __init__(self, sets: list[list[Match]]) -> None:
        self.sets = sets

    def matches(self, walk: "Walk") -> bool:
        """Ask the sets; the first that wants more bytes, or fails, has the last word."""
        if not self.sets:
            return True
        stream = walk.stream
        p = Peek(stream.data, walk.cx, stream.datagrams, {})
        p.memo["more_coming"] = bool(stream.coming)
        return _any(self.sets, p)


def prepare(route: Route, order: Order = list) -> Ask:
    """Make a route's matchers ready; those that need no bytes come first if nothing is said."""
    return Ask([_prepare_set(s, order) for s in route.match])


def _prepare_set(matchers: Mapping[str, Matcher], order: Order) -> list[Match]:
    names = order(sorted(matchers, key=lambda name: (name not in _CHEAP, name)))
    return [_prepare(name, matchers[name], order) for name in names]


def _any(sets: list[list[Match]], p: Peek) -> bool:
    return any(all(test(p) for test in tests) for tests in sets)


def _prepare(name: str, matcher: Any, order: Order) -> Match:
    if name == "not":
        sets = [_prepare_set(s, order) for s in matcher.sets or ()]
        return lambda p: not _any(sets, p)
    if name == "wireguard":
        return _wireguard(matcher)
    if name == "xmpp":
        return lambda p: _enough(p, 50) and b"jabber" in p.data[:50]
    if name == "postgres":
        matcher = _listed_users(matcher)
    test, reader = matcher.prepare(None), _READERS.get(name)

    def match(p: Peek) -> bool:
        p.at = 0
        if reader is not None and not reader(p):
            return False
        try:
            return bool(test(p))
        except NeedMore:
            if name in _DECIDE:
                return False
            raise Need from None

    return match


def _enough(p: Peek, count: int) -> bool:
    if len(p.data) < count:
        raise Need
    return True


def _needs(count: int) -> Reader:
    return lambda p: _enough(p, count)


def _address(side: str) -> Reader:
    def read(p: Peek) -> bool:
        host = host_text(getattr(p.cx, side))
        if not host or host.startswith(("/", "@")):
            raise Broken(f"invalid {side} IP address: {host}")
        return True

    return read


def _tls(p: Peek) -> bool:
    """Whole records, until they hold the message that the first one announces."""
    data = p.data
    _enough(p, 5)
    if data[0] != 22:
        return False
    message, at = b"", 0
    wanted = 4
    while at == 0 or (len(message) < wanted and data[at] == 22):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if at and len(message) + size > _LARGEST:
            raise Broken("TLS records too large")
        _enough(p, at + 5 + size)
        message += data[at + 5 : at + 5 + size]
        at += 5 + size
        if len(message) >= 4:
            if message[0] != 1:
                break
            wanted = 4 + int.from_bytes(message[1:4], "big")
            if wanted > _LARGEST + 4:
                raise Broken("ClientHello too large")
        if len(message) < wanted:
            _enough(p, at + 5)
    return True


def _http(p: Peek) -> bool:
    """A first line that ends in a version, then the whole head; a bad head is an error."""
    data = p.data
    end = data.find(b"\n")
    if end < 10:
        if len(data) >= _LARGEST:
            raise Broken("matching buffer is full")
        raise Need
    line = data[: end - 1] if data[end - 1] == 0x0D else data[:end]
    if line[-9:-3] != b" HTTP/":
        return False
    from caddylite.layer4.peeked import request

    try:
        found = request(p)
    except NeedMore:
        if _torn(data[data.rfind(b"\n") + 1 :]):
            raise Broken("a header line that is cut counts as a malformed one") from None
        raise Need from None
    if isinstance(found, str):
        raise Broken(found)
    found.remote, found.client_ip = "", ""  # a request that was not served has no address
    return True


def _torn(line: bytes) -> bool:
    """Would the beginning of a header line be refused, taken as a whole line?

    Go's line reader gives out what it has when no more comes, so it is.
    """
    if not line or line[:1] in b" \t":
        return False
    name, colon, value = line.partition(b":")
    return not colon or not name.strip() or any((c < 32 and c != 9) or c == 127 for c in value)


def _socks5(p: Peek) -> bool:
    _enough(p, 1)
    if p.data[0] != 5:
        return False
    _enough(p, 2)
    return _enough(p, 2 + p.data[1])


def _dns(p: Peek) -> bool:
    if p.cx.is_datagram:
        return _enough(p, 12)
    _enough(p, 2)
    size = int.from_bytes(p.data[:2], "big")
    return size >= 12 and _enough(p, 2 + size) and len(p.data) == 2 + size


def _postgres(p: Peek) -> bool:
    _enough(p, 4)
    size = int.from_bytes(p.data[:4], "big")
    return 8 <= size <= 4 + _POSTGRES_PAYLOAD and _enough(p, size)


def _listed_users(matcher: Any) -> Any:
    """Let ``*`` stand for nobody: it counts only for a client that names no user, and all do."""
    if "*" not in matcher.user:
        return matcher
    listed = {name: bases for name, bases in matcher.user.items() if name != "*"}
    return replace(matcher, user=listed or {_NOBODY: None})


def _rdp(p: Peek) -> bool:
    _enough(p, 11)
    data = p.data
    size = int.from_bytes(data[2:4], "big")
    if data[:2] != b"\x03\0" or size != data[4] + 5 or size <= 11 or data[5] != 0xE0:
        return False
    return data[6:11] == bytes(5) and _enough(p, size) and len(data) == size


def _winbox(p: Peek) -> bool:
    _enough(p, 2)
    size = p.data[0]
    if size < 35 or p.data[1] != 6:
        return False
    longest = 291 if size == 255 else size
    return _enough(p, 2 + size) and len(p.data) - 2 <= longest


def _openvpn(p: Peek) -> bool:
    """Over TCP the length comes first; then the message must be there, and nothing behind it."""
    if p.cx.is_datagram:
        return _enough(p, 2)
    _enough(p, 2)
    size = int.from_bytes(p.data[:2], "big")
    if not 14 <= size <= 1078:
        return False
    _enough(p, 3)
    shortest, longest = _RESETS.get(p.data[2] >> 3, (1, 0))
    if p.data[2] & 7 or not shortest <= size <= longest:
        return False
    return _enough(p, 2 + size) and len(p.data) == 2 + size


def _quic(p: Peek) -> bool:
    """The first datagram must be a long header of full size; then a ClientHello is waited for."""
    if p.cx.network != "udp":
        return False
    _enough(p, 2)
    first = p.first_datagram
    if first[0] & 0xC0 != 0xC0 or not 1200 <= len(first) <= 1452:
        return False
    from caddylite.wire.quic_initial import InitialReader

    reader = InitialReader()
    for datagram in p.datagrams:
        reader.feed(datagram)
    if reader.outcome is None and p.memo["more_coming"]:
        raise Need
    return reader.outcome is not None


def _wireguard(matcher: Any) -> Match:
    """It looks at how much is there: cut in two, a handshake is refused."""
    reserved = matcher.zero & 0xFFFFFF00

    def match(p: Peek) -> bool:
        _enough(p, 1)
        seen = p.first_datagram if p.cx.is_datagram else p.data
        kind = {148: 1, 32: 4}.get(min(len(seen), 149))
        return kind is not None and int.from_bytes(seen[:4], "little") == reserved | kind

    return match


_POSTGRES_PAYLOAD: Final = 16 * 1024
#: Lengths of hard resets: the shortest and longest of version 2 (opcode 7) and of version 3 (10).
_RESETS: Final = {7: (14, 86), 10: (344, 1078)}

_READERS: Final[dict[str, Reader]] = {
    "dns": _dns,
    "http": _http,
    "local_ip": _address("local"),
    "openvpn": _openvpn,
    "postgres": _postgres,
    "proxy_protocol": _needs(12),
    "quic": _quic,
    "rdp": _rdp,
    "remote_ip": _address("remote"),
    "socks4": _needs(8),
    "socks5": _socks5,
    "ssh": _needs(4),
    "tls": _tls,
    "winbox": _winbox,
}
#: Matchers that know the length of what they read: once it is there they decide.
_DECIDE: Final = frozenset(_READERS) - {"http", "dns"}

"""When caddy-l4's matchers answer: how many bytes each reads before it says anything.

What they answer once they have read is what ours answer; so each of ours is asked on the bytes
that theirs would have had. Where theirs decides and ours would wait, theirs refutes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from caddylite.layer4.config import Route
from caddylite.layer4.matching import Match, Matcher, NeedMore, Peek
from caddylite.testing.caddy_l4.readers import READERS, Broken, Need, enough, read_http

if TYPE_CHECKING:
    from caddylite.testing.walk import Walk

#: Matchers that need no bytes.
_CHEAP: Final = ("remote_ip", "local_ip", "remote_ip_list", "clock", "vars", "vars_regexp")
#: A user that no client can name.
_NOBODY: Final = "\0"
#: Matchers that know the length of what they read: once it is there they decide.
_DECIDE: Final = frozenset(READERS) - {"dns"}
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
    if name in _OWN:
        return _OWN[name](matcher)
    if name == "postgres":
        matcher = _listed_users(matcher)
    test, reader = matcher.prepare(None), READERS.get(name)

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


def _http(matcher: Any) -> Match:
    """What fails in a request matcher (an expression without a value) closes the connection."""
    from caddylite.http.matching import MatchError, any_of
    from caddylite.layer4.peeked import request

    test = any_of(matcher.sets or (), None)

    def match(p: Peek) -> bool:
        if not read_http(p):
            return False
        found: Any = request(p)
        p.cx.placeholders["l4.http.host"] = found.host
        try:
            return test(found)
        except MatchError as e:
            raise Broken(f"a request matcher failed: {e.why}") from None

    return match


def _listed_users(matcher: Any) -> Any:
    """Let ``*`` stand for nobody: it counts only for a client that names no user, and all do."""
    if "*" not in matcher.user:
        return matcher
    listed = {name: bases for name, bases in matcher.user.items() if name != "*"}
    return replace(matcher, user=listed or {_NOBODY: None})


def _xmpp(_: Any) -> Match:
    return lambda p: enough(p, 50) and b"jabber" in p.data[:50]


def _wireguard(matcher: Any) -> Match:
    """It looks at how much is there: cut in two, a handshake is refused."""
    reserved = matcher.zero & 0xFFFFFF00

    def match(p: Peek) -> bool:
        enough(p, 1)
        seen = p.first_datagram if p.cx.is_datagram else p.data
        kind = {148: 1, 32: 4}.get(min(len(seen), 149))
        return kind is not None and int.from_bytes(seen[:4], "little") == reserved | kind

    return match


#: Matchers that answer otherwise than ours in the end.
_OWN: Final[dict[str, Callable[[Any], Match]]] = {
    "http": _http,
    "wireguard": _wireguard,
    "xmpp": _xmpp,
}

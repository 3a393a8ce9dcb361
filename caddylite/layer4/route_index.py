"""Which routes are worth asking: look-ups by server name, ALPN and address instead of a walk.

A route whose sets all hold ``tls`` can only match once a ClientHello has been read, and then only
for the names or protocols it lists; one whose sets all hold ``remote_ip`` (or ``local_ip``) only
for those addresses. So a connection asks the few routes its own facts name, in their order, and
ten thousand SNI routes cost it what ten do. The answers are those of the plain walk: a test with
random route lists and random clients compares the two.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import TYPE_CHECKING, Any, Final

from caddylite.ip import Prefix, parse_range
from caddylite.layer4.config import Route
from caddylite.layer4.matching import Matcher, NeedMore, Peek, expand_early, host_text
from caddylite.layer4.peeked import client_hello
from caddylite.tls.server_names import ascii_name, generalised, subject
from caddylite.wire.clienthello import Hello, NotTLS

if TYPE_CHECKING:
    from caddylite.layer4.routing import CompiledRoute

#: Answers kept, one for each server name that has been seen lately.
_KEEP: Final = 4096
_REFUTED, _MATCHED, _WAITING = 0, 1, 2


@dataclass(slots=True)
class _Keys:
    """What a route lets be looked up."""

    #: Every set holds ``tls``.
    needs_tls: bool = True
    #: A set holds ``tls`` with neither names nor protocols that are fixed.
    any_hello: bool = False
    names: set[str] = field(default_factory=set)
    protocols: set[str] = field(default_factory=set)
    #: Nothing but ``tls`` with fixed names and protocols: the ClientHello says it all.
    hello_decides: bool = True
    #: Nothing but ``tls``, address matchers and ``not`` of these: never more committed than TLS.
    plain: bool = True
    #: Every set holds ``remote_ip`` (else ``local_ip``) with fixed ranges.
    remote: list[Prefix] | None = field(default_factory=list)
    local: list[Prefix] | None = field(default_factory=list)


def _keys(route: Route, house: Any) -> _Keys:
    keys = _Keys()
    if not route.match:
        return _Keys(False, hello_decides=False, plain=False, remote=None, local=None)
    for matchers in route.match:
        _add_tls(matchers.get("tls"), keys)
        keys.remote = _add_ranges(matchers.get("remote_ip"), keys.remote, house)
        keys.local = _add_ranges(matchers.get("local_ip"), keys.local, house)
        keys.hello_decides &= set(matchers) == {"tls"}
        keys.plain &= _is_plain(matchers)
    return keys


def _add_tls(matcher: Any, keys: _Keys) -> None:
    if matcher is None:
        keys.needs_tls = keys.hello_decides = False
        return
    inside = matcher.matchers or {}
    names = _fixed(inside.get("sni"), "names")
    protocols = _fixed(inside.get("alpn"), "protocols")
    if names is not None:
        keys.names.update(ascii_name(name) for name in names)
    elif protocols is not None:
        keys.protocols.update(protocols)
    else:
        keys.any_hello = True
    fixed = {"sni": names, "alpn": protocols}
    keys.hello_decides &= all(fixed.get(name) is not None for name in inside)


def _fixed(matcher: Any, attribute: str) -> tuple[str, ...] | None:
    """Return the values of a handshake matcher; None if there is none, or it has placeholders."""
    values: tuple[str, ...] | None = getattr(matcher, attribute, None) if matcher else None
    if values is None or any("{" in v or "}" in v or "\\" in v for v in values):
        return None
    return values


def _add_ranges(matcher: Any, known: list[Prefix] | None, house: Any) -> list[Prefix] | None:
    if matcher is None or known is None:
        return None
    return known + [parse_range(expand_early(r, house)) for r in matcher.ranges]


def _is_plain(matchers: dict[str, Matcher]) -> bool:
    for name, matcher in matchers.items():
        if name == "not":
            if not all(_is_plain(s) for s in getattr(matcher, "sets", None) or ()):
                return False
        elif name not in ("tls", "remote_ip", "local_ip"):
            return False
    return True


class _Ranges:
    """Address ranges to the routes that list them."""

    __slots__ = ("_by_shape", "_found")

    def __init__(self) -> None:
        self._by_shape: dict[tuple[int, int], dict[int, list[int]]] = {}
        self._found: dict[str, tuple[int, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_shape)

    def add(self, prefixes: Iterable[Prefix], route: int) -> None:
        """List a route under its ranges."""
        for bits, number, free in prefixes:
            self._by_shape.setdefault((bits, free), {}).setdefault(number, []).append(route)

    def find(self, host: str) -> tuple[int, ...]:
        """Return the routes that an address may match, in order."""
        found = self._found.get(host)
        if found is None:
            if len(self._found) >= _KEEP:
                self._found.clear()
            found = self._found[host] = self._search(host)
        return found

    def _search(self, host: str) -> tuple[int, ...]:
        try:
            bits, number, _ = parse_range(host)
        except ValueError:
            return ()
        out: set[int] = set()
        for (family, free), routes in self._by_shape.items():
            if family == bits:
                out.update(routes.get(number >> free, ()))
        return tuple(sorted(out))


#: A route worth asking, and whether it is known to match already.
Candidate = tuple["CompiledRoute", bool]


class RouteIndex:
    """Made once for a route list; asked for each connection."""

    def __init__(
        self, routes: Sequence[Route], compiled: Sequence["CompiledRoute"], house: Any
    ) -> None:
        self._routes = compiled
        keys = [_keys(route, house) for route in routes]
        self.has_tls = any(k.needs_tls for k in keys)
        self._decided = [k.hello_decides for k in keys]
        #: The first route that is left out, or taken, by the ClientHello alone.
        self.hello_from = self._decided.index(True) if any(self._decided) else len(keys)
        self._uncommitted = [k.needs_tls and k.plain for k in keys]
        self._names: dict[str, list[int]] = {}
        self._protocols: dict[str, list[int]] = {}
        # Routes that must be asked whatever the ClientHello is; before there is one; without one.
        self._always: list[int] = []
        self._before: list[int] = []
        self._without: list[int] = []
        self._remote, self._local = _Ranges(), _Ranges()
        self._remote_before, self._local_before = _Ranges(), _Ranges()
        for i, key in enumerate(keys):
            self._add(i, key)
        self._wild = any("*" in name for name in self._names)
        self._known: dict[tuple[str, tuple[str, ...], bool], list[Candidate]] = {}

    def _add(self, i: int, key: _Keys) -> None:
        if key.remote is not None:
            self._remote_before.add(key.remote, i)
        elif key.local is not None:
            self._local_before.add(key.local, i)
        else:
            self._before.append(i)
        if key.needs_tls:
            if key.any_hello:
                self._always.append(i)
            else:
                for name in key.names:
                    self._names.setdefault(name, []).append(i)
                for protocol in key.protocols:
                    self._protocols.setdefault(protocol, []).append(i)
        elif key.remote is not None:
            self._remote.add(key.remote, i)
        elif key.local is not None:
            self._local.add(key.local, i)
        else:
            self._always.append(i)
            self._without.append(i)

    def candidates(self, p: Peek) -> Iterable[Candidate]:
        """Return the routes worth asking, in order.

        All others are refuted; those of them that come after the first pending one may not be.
        """
        if not self.has_tls:
            return self._with_addresses(self._without, p)
        try:
            found = client_hello(p)
        except NeedMore:
            return self._early(p)
        if isinstance(found, NotTLS):
            return self._with_addresses(self._without, p)
        if isinstance(found, Hello):
            name, offered, odd = found.server_name, found.alpn if self._protocols else (), False
        else:
            name, offered, odd = "", (), True
        known = self._known.get((name, offered, odd))
        if known is None:
            known = self._remember(name, offered, odd, p)
        if self._remote or self._local:
            return merge(known, self._addressed(p), key=_order)
        return known

    def _remember(
        self, name: str, offered: tuple[str, ...], odd: bool, p: Peek
    ) -> list[Candidate]:
        asked = subject(name)
        found = {*self._always, *self._names.get(asked, ())}
        if self._wild:
            for pattern in generalised(asked):
                found.update(self._names.get(pattern, ()))
        for protocol in offered:
            found.update(self._protocols.get(protocol, ()))
        known: list[Candidate] = []
        nobody = Peek(p.data, None, p.datagrams, p.memo)  # what matches names nothing yet
        for i in sorted(found):
            route = self._routes[i]
            if not self._decided[i]:
                known.append((route, False))
            elif route.status(nobody) == _MATCHED:
                known.append((route, True))
        if len(self._known) >= _KEEP:
            self._known.clear()
        self._known[name, offered, odd] = known
        return known

    def _early(self, p: Peek) -> Iterator[Candidate]:
        """No ClientHello yet: those that may be pending, without those an address refutes."""
        ids = merge(
            self._before,
            self._remote_before.find(host_text(p.cx.remote)),
            self._local_before.find(host_text(p.cx.local)),
        )
        return ((self._routes[i], False) for i in ids)

    def _with_addresses(self, ids: list[int], p: Peek) -> Iterator[Candidate]:
        found: Iterable[int] = ids
        if self._remote or self._local:
            found = merge(
                ids,
                self._remote.find(host_text(p.cx.remote)),
                self._local.find(host_text(p.cx.local)),
            )
        return ((self._routes[i], False) for i in found)

    def _addressed(self, p: Peek) -> Iterator[Candidate]:
        return self._with_addresses([], p)

    def waits_for_tls(self, route: int) -> bool:
        """Is it sure that this route can be no more than pending before there is a ClientHello?"""
        return self._uncommitted[route]


def _order(candidate: Candidate) -> int:
    return candidate[0].index

"""Host names to addresses, without blocking and cached.

The addresses come from the system (hosts file, DNS, whatever nsswitch says), which does not tell
for how long they hold; that is asked of the name server besides, and where it does not answer,
TTL seconds count.
"""

import socket
from collections.abc import Callable
from typing import Any, Final

#: Family and address, in the order they should be tried.
Addresses = list[tuple[int, str]]
Then = Callable[[Addresses, str], None]

#: Seconds an answer is kept when nobody says for how long it holds.
TTL: Final = 10.0
#: The fewest and the most seconds an answer is kept, whatever its records say.
SHORTEST, LONGEST = 1.0, 3600.0
#: Seconds a failure is kept.
FAILURE_TTL: Final = 1.0
_MOST: Final = 4096


class Resolver:
    """Asks the system in Twisted's thread pool, and the name server for the time to live."""

    def __init__(self, house: Any, ask_ttl: Callable[[str], Any] | None = None) -> None:
        self._house = house
        self._ask_ttl = ask_ttl or self._ask_dns
        self._dns: Any = None
        self._known: dict[str, tuple[float, Addresses, str]] = {}
        self._asking: dict[str, list[Then]] = {}

    def lookup(self, host: str, then: Then) -> None:
        """Call ``then(addresses, why)``: at once when the answer is known, else later."""
        known = self._known.get(host)
        if known is not None and known[0] > self._house.monotonic():
            then(known[1], known[2])
            return
        waiting = self._asking.get(host)
        if waiting is not None:
            waiting.append(then)
            return
        self._asking[host] = [then]
        from twisted.internet.threads import deferToThreadPool

        reactor = self._house.reactor
        asked = deferToThreadPool(reactor, reactor.getThreadPool(), ask_system, host)
        asked.addCallback(lambda answer: self._answer(host, *answer))

    def _answer(self, host: str, addresses: Addresses, why: str) -> None:
        now = self._house.monotonic()
        if len(self._known) >= _MOST:
            self._known = {h: k for h, k in self._known.items() if k[0] > now}
            if len(self._known) >= _MOST:
                self._known.clear()
        self._known[host] = (now + (TTL if addresses else FAILURE_TTL), addresses, why)
        if addresses:
            self._ask_ttl(host).addCallbacks(lambda ttl: self._holds(host, now, ttl), _nothing)
        for then in self._asking.pop(host, ()):
            try:
                then(addresses, why)
            except Exception:
                from twisted.logger import Logger

                Logger().failure("after looking up a name")

    def _holds(self, host: str, asked: float, ttl: float | None) -> None:
        """An answer holds for so long."""
        known = self._known.get(host)
        if ttl is not None and known is not None:
            self._known[host] = asked + min(max(ttl, SHORTEST), LONGEST), known[1], known[2]

    def _ask_dns(self, host: str) -> Any:
        """Return a Deferred: the least time to live of a name's records, or None."""
        from twisted.internet.defer import DeferredList, succeed

        if self._dns is None:
            from twisted.names.client import Resolver as DNS

            make: Callable[..., Any] = DNS
            try:
                self._dns = make(resolv="/etc/resolv.conf", reactor=self._house.reactor)
            except (OSError, ValueError):  # nobody to ask
                return succeed(None)
        asked = [self._dns.lookupAddress(host, (1, 2)), self._dns.lookupIPV6Address(host, (1, 2))]
        return DeferredList(asked, consumeErrors=True).addCallback(_least_ttl)


def _least_ttl(results: Any) -> float | None:
    records = [r for done, found in results if done for r in found[0]]
    return min((float(r.ttl) for r in records), default=None)


def _nothing(_failure: Any) -> None:
    """No name server, no time to live."""


def ask_system(host: str) -> tuple[Addresses, str]:
    """Ask ``getaddrinfo``; IPv4 comes first, as Go dials it."""
    try:
        found = socket.getaddrinfo(host, None, 0, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as e:
        return [], f"lookup {host}: {_words(e)}"
    out: Addresses = []
    for family, _, _, _, name in found:
        entry = (int(family), str(name[0]))
        if family in (socket.AF_INET, socket.AF_INET6) and entry not in out:
            out.append(entry)
    out.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return out, "" if out else f"lookup {host}: no such host"


def _words(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "no such host"
    return str(error)

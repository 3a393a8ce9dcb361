"""What a program remembers of upstreams, whichever of its configs and handlers name them."""

from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakValueDictionary

#: How long an upstream that a source found is remembered after it was last found, and how often
#: one looks for those that were not, in seconds (Caddy's values).
_IDLE: Final = 3600.0
_SWEEP: Final = 300.0


class Host:
    """The requests under way to one address, and its recent failures."""

    __slots__ = ("__weakref__", "fails", "requests", "seen")

    def __init__(self) -> None:
        self.requests = self.fails = 0
        self.seen = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up has brought: ``fresh`` for ``refresh`` seconds from ``since`` on."""

    since: float
    refresh: float
    dials: tuple[str, ...]

    def fresh(self, now: float) -> bool:
        """Does it still hold?"""
        return now - self.since < self.refresh


class Hosts:
    """The hosts of a program by their addresses, and what its sources of upstreams have found.

    What is known outlives a reload. Addresses that configs name are remembered while one does,
    those that sources find for an hour after the last time.
    """

    def __init__(self) -> None:
        self._named: WeakValueDictionary[str, Host] = WeakValueDictionary()
        self._found: dict[str, Host] = {}
        self._swept = 0.0
        #: What look-ups have brought, by the kind of source.
        self.lookups: dict[str, dict[str, Found]] = {}

    def named(self, dial: str) -> Host:
        """Return the host of an address in a config."""
        host = self._named.get(dial)
        if host is None:
            host = self._named[dial] = Host()
        return host

    def found(self, dial: str, now: float) -> Host:
        """Return the host of an address that a source has found; ``now`` is monotonic."""
        if now - self._swept > _SWEEP:
            self._swept = now
            self._found = {d: h for d, h in self._found.items() if now - h.seen <= _IDLE}
        host = self._found.get(dial)
        if host is None:
            host = self._found[dial] = Host()
        host.seen = now
        return host


def hosts_of(house: Any) -> Hosts:
    """Return the program's hosts; houses that remember nothing (in tests) get new ones."""
    found: Hosts | None = getattr(house, "hosts", None)
    return Hosts() if found is None else found

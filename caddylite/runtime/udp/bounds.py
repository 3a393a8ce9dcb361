"""How many associations there may be: senders of datagrams can be made up at will."""

from typing import Any, Final

#: Associations of all clients together, and of one client's IP address.
MOST: Final = 65_536
MOST_PER_HOST: Final = 16_384
#: How often a datagram may come back to us through our own upstream sockets: a server may well
#: proxy to another of the same config, but not in a circle.
MOST_HOPS: Final = 8
#: Seconds between two complaints in the log.
_QUIET: Final = 10.0


class Bounds:
    """Counts the associations of a house, in all and per address of the client."""

    __slots__ = ("_complained", "hops", "hosts", "most", "most_per_host", "total")

    def __init__(self, most: int = MOST, most_per_host: int = MOST_PER_HOST) -> None:
        self.most, self.most_per_host = most, most_per_host
        self.total = 0
        self.hosts: dict[str, int] = {}
        #: By the address of an upstream socket of ours: the hops to whom it sends.
        self.hops: dict[Any, int] = {}
        self._complained = -_QUIET

    def take(self, host: str) -> bool:
        """Count one in; False where there are too many."""
        count = self.hosts.get(host, 0)
        if self.total >= self.most or count >= self.most_per_host:
            return False
        self.hosts[host] = count + 1
        self.total += 1
        return True

    def give_back(self, remote: tuple[str, int] | str) -> None:
        """Count one out."""
        host = remote if isinstance(remote, str) else remote[0]
        self.total -= 1
        left = self.hosts[host] - 1
        if left:
            self.hosts[host] = left
        else:
            del self.hosts[host]

    def may_complain(self, now: float) -> bool:
        """Has the log been quiet about this for long enough?"""
        if now - self._complained < _QUIET:
            return False
        self._complained = now
        return True

    def counts(self) -> dict[str, Any]:
        """Return what the log tells."""
        return {"associations": self.total, "clients": len(self.hosts)}

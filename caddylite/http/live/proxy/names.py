"""Looks names up for the sources of upstreams, as Go's resolver does.

Without addresses of name servers the system is asked (for SRV records those servers that
``/etc/resolv.conf`` names); with them one is chosen at random for each look-up.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError
from twisted.names import client, dns, error, hosts
from twisted.python.filepath import FilePath

from caddylite.errors import ConfigError
from caddylite.http.live.proxy.resolv_conf import ResolvConf
from caddylite.http.reverse_proxy.kinds import Resolver
from caddylite.ip import parse_address
from caddylite.netaddr import NetworkAddress, join_host_port

#: Go asks each name twice and waits so long each time, in seconds.
_PATIENCE: Final = (5, 5)
_RESOLV_CONF: Final = "/etc/resolv.conf"
_HOSTS: Final = "/etc/hosts"
_FAMILIES: Final = {"ip4": (socket.AF_INET,), "ip6": (socket.AF_INET6,)}


class LookupFailed(Exception):
    """A name could not be looked up; the words are Go's."""


@dataclass(frozen=True, slots=True)
class Service:
    """An SRV record (RFC 2782); ``target`` ends in a dot."""

    target: str
    port: int
    priority: int
    weight: int


class Names:
    """Looks names up with the name servers that a config gives, or the system."""

    def __init__(self, resolver: Resolver | None, dial_timeout: float, house: Any) -> None:
        self._house = house
        self._dial_timeout = dial_timeout
        self._servers = None if resolver is None else [_server(a) for a in resolver.addresses]
        self._conf = ResolvConf.read(_text_of(_RESOLV_CONF))

    async def addresses(self, name: str, version: str) -> list[str]:
        """Return the addresses of a name; ``version`` is ``ip``, ``ip4`` or ``ip6``."""
        families = _FAMILIES.get(version, (socket.AF_INET, socket.AF_INET6))
        literal = _literal(name)
        if literal is not None:
            found = [(literal, name)]
        elif self._servers is None:
            found = await self._ask_system(name)
        else:
            found = _in_hosts_file(name) or await self._ask_addresses(name, families)
        wanted = [address for family, address in found if family in families]
        if not wanted:
            raise LookupFailed(f"lookup {name}: no suitable address")
        return wanted

    async def services(self, name: str) -> list[Service]:
        """Return the SRV records of a name in the order of RFC 2782."""
        records = [r for r in await self._ask(name, (dns.SRV,)) if r.type == dns.SRV]
        found = [
            Service(
                f"{r.payload.target.name.decode('ascii', 'replace').rstrip('.')}.",
                r.payload.port, r.payload.priority, r.payload.weight,
            )
            for r in records
        ]  # fmt: skip
        return in_order(found, self._house.random)

    async def _ask_system(self, name: str) -> list[tuple[int, str]]:
        answer: Deferred[tuple[list[tuple[int, str]], str]] = Deferred()
        self._house.resolver.lookup(name, lambda found, why: answer.callback((found, why)))
        found, why = await answer
        if not found:
            raise LookupFailed(why)
        return found

    async def _ask_addresses(self, name: str, families: Iterable[int]) -> list[tuple[int, str]]:
        kinds: dict[int, int] = {socket.AF_INET: dns.A, socket.AF_INET6: dns.AAAA}
        records = await self._ask(name, tuple(kinds[f] for f in families))
        return [
            (socket.AF_INET if r.type == dns.A else socket.AF_INET6, r.payload.dottedQuad()
             if r.type == dns.A else socket.inet_ntop(socket.AF_INET6, r.payload.address))
            for r in records
            if r.type in (dns.A, dns.AAAA)
        ]  # fmt: skip

    async def _ask(self, name: str, kinds: tuple[int, ...]) -> list[Any]:
        """Return the records of these kinds, of the first whole name that has any."""
        asker = await self._asker()
        why = "no such host"
        for whole in self._conf.names(name):
            records: list[Any] = []
            for kind in kinds:
                try:
                    answers, _, _ = await asker.ask(whole, kind)
                except error.DomainError as problem:
                    why = _words(problem)
                except (
                    error.ResolverError, error.DNSQueryTimeoutError, ConnectError, OSError
                ) as problem:  # fmt: skip
                    why = f"lookup {name} on {asker.server}: {_words(problem)}"
                    raise LookupFailed(why) from None
                else:
                    records += [r for r in answers if r.type in kinds]
            if records:
                return records
        raise LookupFailed(f"lookup {name} on {asker.server}: {why}")

    async def _asker(self) -> "_Asker":
        """Return what asks a name server."""
        if self._servers is None:
            return _Asker([(host, 53) for host in self._conf.servers], None, self._house)
        chosen = self._house.random.choice(self._servers)
        host = chosen.host
        if _literal(host) is None:
            host = (await self._ask_system(host))[0][1]
        seconds = None
        if chosen.network.startswith("tcp"):
            seconds = self._dial_timeout or float(sum(_PATIENCE))
        return _Asker([(host, chosen.start_port)], seconds, self._house)


class _Asker:
    """Asks name servers, over TCP where the seconds for that are given."""

    def __init__(
        self, servers: list[tuple[str, int]], tcp_seconds: float | None, house: Any
    ) -> None:
        make: Any = client.Resolver
        self._dns = make(servers=servers, reactor=house.reactor, timeout=_PATIENCE)
        self._tcp_seconds = tcp_seconds
        self.server = join_host_port(servers[0][0], str(servers[0][1]))

    def ask(self, name: str, kind: int) -> Any:
        """Return a Deferred: the records of the answer in three lists."""
        queries = [dns.Query(name.encode("utf-8", "surrogateescape"), kind)]
        if self._tcp_seconds is None:
            asked = self._dns.queryUDP(queries)
        else:
            asked = self._dns.queryTCP(queries, self._tcp_seconds)
        return asked.addCallback(self._dns.filterAnswers)


def in_order(services: list[Service], chance: Random) -> list[Service]:
    """Sort by priority; among equals chance decides, by their weights (RFC 2782)."""
    out: list[Service] = []
    for priority in sorted({s.priority for s in services}):
        equals = sorted((s for s in services if s.priority == priority), key=lambda s: s.weight)
        while equals:
            total = sum(s.weight for s in equals)
            at = 0
            if total > 0 and len(equals) > 1:
                left = chance.randrange(total)
                while left >= equals[at].weight:
                    left -= equals[at].weight
                    at += 1
            out.append(equals.pop(at))
    return out


def _server(text: str) -> NetworkAddress:
    """Read the address of a name server. ConfigError in Caddy's words."""
    try:
        address = NetworkAddress.parse(text, "udp", 53)
    except ValueError as problem:
        raise ConfigError(str(problem)) from None
    if address.is_unix or address.is_fd:
        raise ConfigError(f"resolver {text}: only UDP and TCP are run by caddylite")
    if address.start_port != address.end_port:
        raise ConfigError(f"resolver address must have exactly one address; cannot call {address}")
    return address


def _literal(host: str) -> int | None:
    """Return the family of an IP address, None for a name."""
    try:
        bits, _ = parse_address(host)
    except ValueError:
        return None
    return socket.AF_INET if bits == 32 else socket.AF_INET6


def _in_hosts_file(name: str) -> list[tuple[int, str]]:
    search: Any = hosts.searchFileForAll
    found = search(FilePath(_HOSTS), name.rstrip(".").encode("utf-8", "replace"))
    families = [(_literal(address), address) for address in found]
    return [(family, address) for family, address in families if family is not None]


def _text_of(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def _words(problem: BaseException) -> str:
    if isinstance(problem, error.DNSQueryTimeoutError):
        return "i/o timeout"
    if isinstance(problem, error.DNSServerError | error.DNSQueryRefusedError):
        return "server misbehaving"
    if isinstance(problem, OSError):
        return str(problem.strerror or problem).lower()
    return "no such host"

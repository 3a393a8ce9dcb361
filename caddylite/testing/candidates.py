"""Clients worth trying on a config: one for each class that its matchers can tell apart.

A class is what matchers see: the protocol, which name patterns a server name fits, which of the
mentioned ALPN protocols are offered, which address ranges the client is in; and "anything else".
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caddylite.errors import ConfigError
from caddylite.testing.clients import Client, make
from caddylite.testing.vocabulary import Vocabulary, sample, sample_text

#: With more clients than this the cross product of names, ALPN and addresses is thinned out.
_MANY = 4000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A client with the words that make it."""

    kind: str
    options: Mapping[str, Any]
    client: Client

    @property
    def words(self) -> str:
        """The client as ``explain`` and files of cases name it."""
        said = [f"{k}={_word(v)}" for k, v in self.options.items() if v != ""]
        return " ".join([self.kind, *(shlex.quote(w) for w in said)])

    @property
    def label(self) -> str:
        """The class in words."""
        source = self.options.get("from", "")
        return f"{self.client.label}{f', from {source}' if source else ''}"


def _word(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ",".join(value)
    if isinstance(value, Mapping):
        return ";".join(f"{k}: {v}" for k, v in value.items())
    return str(value)


def candidates(said: Vocabulary, network: str = "tcp") -> Iterator[Candidate]:
    """Yield a client of every class, the plain ones first; each for one network."""
    usual = Client().remote[0]
    addresses = [a if a != usual else "" for a in said.addresses()] or [""]
    seen: set[tuple[str, str]] = set()
    for kind, options in _kinds(said, network):
        for address in addresses:
            own = dict(options) | ({"from": address} if said.ranges and address else {})
            found = _make(kind, own)
            if found is not None and found.client.network == network:
                key = kind, found.words
                if key not in seen:
                    seen.add(key)
                    yield found


def _make(kind: str, options: Mapping[str, Any]) -> Candidate | None:
    try:
        return Candidate(kind, options, make(kind, options))
    except (ConfigError, UnicodeError, ValueError):
        return None


def _kinds(said: Vocabulary, network: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if network == "udp":
        yield from _over_udp(said)
        return
    names, offers = said.server_names(), said.offers()
    if len(names) * len(offers) > _MANY:
        offers = offers[: max(1, _MANY // len(names))]
    for name in names:
        for offer in offers:
            yield "tls", {"sni": name, "alpn": ",".join(offer)}
    yield from _requests(said, names)
    if said.headers_of_proxies:
        yield from _behind_proxies(said, names)
    yield from _plain(said)


def _behind_proxies(said: Vocabulary, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Clients with a PROXY header in front: for each address, and for each name."""
    sources = said.addresses() or ["198.51.100.9"]
    for source in sources:
        yield "tls", {"sni": names[0], "proxy_protocol": source}
    for name in names[1:]:
        yield "tls", {"sni": name, "proxy_protocol": sources[0]}
    yield "ssh", {"proxy_protocol": sources[0]}
    yield "tls", {"sni": names[0], "proxy_protocol": sources[0], "proxy_version": 1}


def _requests(said: Vocabulary, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    hosts = [n for n in names if n]
    paths = ["/", *(sample_text(p) for p in sorted(said.paths) if p != "/")]
    for host in hosts:
        for path in paths[: max(2, _MANY // (4 * len(hosts)))]:
            yield "http", {"host": host, "path": path}
            if path != "/":
                yield "tls", {"sni": host, "http": path}
    for method in sorted(said.methods):
        yield "http", {"host": hosts[0], "method": method}
    for name, value in sorted(said.headers):
        yield "http", {"host": hosts[0], "headers": {name: value}}
        yield "http", {"host": hosts[-1], "headers": {name: value}}
    yield "http", {"host": hosts[0], "version": "2"}


def _plain(said: Vocabulary) -> Iterator[tuple[str, dict[str, Any]]]:
    """Protocols without names, and those with details that a matcher mentions."""
    yield "ssh", {}
    yield from _postgres(said)
    yield "rdp", {}
    for rdp in said.others.get("rdp", ()):
        cookie = rdp.get("cookie_hash") or sample(rdp.get("cookie_hash_regexp", ""))
        yield "rdp", {"cookie": cookie or "user"}
    for socks in said.others.get("socks4", ()):
        for port in socks.get("ports") or ():
            yield "socks4", {"to": f"192.0.2.9:{port}"}
    yield "socks4", {}
    yield "socks5", {}
    yield "socks5", {"user": "bob", "password": "x"}
    yield "xmpp", {}
    yield from _winbox(said)
    yield "dns", {"network": "tcp"}
    for name, kind in _dns_names(said):
        yield "dns", {"name": name, "type": kind, "network": "tcp"}
    for mode in ("plain", "tls-auth", "tls-crypt-v2"):
        yield "openvpn", {"mode": mode, "network": "tcp"}
    for regexp in said.others.get("regexp", ()):
        text = sample(regexp.get("pattern", ""))
        if text and regexp.get("hex"):
            yield "bytes", {"hex": text + "00" * 64}
        elif text:
            yield "bytes", {"text": text + "x" * 64}
    yield "silent", {}
    yield "bytes", {"hex": "00" * 64}
    yield "bytes", {"text": "hello, is anybody there? " * 4}


def _winbox(said: Vocabulary) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "winbox", {}
    for winbox in said.others.get("winbox", ()):
        user = winbox.get("username") or sample(winbox.get("username_regexp", "")) or "admin"
        yield "winbox", {"user": user}
        yield "winbox", {"user": user, "romon": "yes"}


def _postgres(said: Vocabulary) -> Iterator[tuple[str, dict[str, Any]]]:
    users = [{}, *_postgres_users(said)]
    for user in users:
        yield "postgres", user
    for user in users if "postgres" in said.others else users[:1]:  # told apart behind TLS too
        yield "postgres", {**user, "tls": "request"}
        yield "postgres", {**user, "tls": "request", "alpn": ()}


def _postgres_users(said: Vocabulary) -> Iterator[dict[str, Any]]:
    for postgres in said.others.get("postgres", ()):
        for user, databases in (postgres.get("user") or {}).items():
            for database in databases or ("",):
                yield {"user": sample_text(user), "database": database}
        for client in postgres.get("client") or ():
            yield {"client": client}


def _dns_names(said: Vocabulary) -> Iterator[tuple[str, str]]:
    for dns in said.others.get("dns", ()):
        for rule in [*(dns.get("allow") or ()), *(dns.get("deny") or ())]:
            name = rule.get("name") or sample(rule.get("name_regexp", ""))
            yield name or "www.example.com", rule.get("type") or "A"


def _over_udp(said: Vocabulary) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "dns", {}
    for name, kind in _dns_names(said):
        yield "dns", {"name": name, "type": kind}
    for name in said.server_names():
        for offer in [("h3",), *(o for o in said.offers() if o)]:
            yield "quic", {"sni": name, "alpn": ",".join(offer)}
    yield "wireguard", {}
    for mode in ("plain", "tls-crypt"):
        yield "openvpn", {"mode": mode, "network": "udp"}
    yield "bytes", {"hex": "00" * 64, "network": "udp"}

"""Addresses: owned twice, half of the Internet left out, names instead of addresses."""

import re
from collections.abc import Iterator
from typing import Final

from caddylite.adapt import ownership
from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Edit, Remark
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View, addresses

_DOCKER: Final = re.compile(r"([^/]*:\d[\d-]*)/(udp|tcp)")
#: Ports of protocols whose clients begin with a datagram.
_BY_UDP: Final = {
    53: "DNS", 69: "TFTP", 123: "NTP", 161: "SNMP", 500: "IKE", 1812: "RADIUS", 4500: "IPsec",
    19132: "Minecraft (Bedrock)", 51820: "WireGuard",
}  # fmt: skip


@rule("L4070", ERROR, "port owned twice")
def owned_twice(view: View) -> Iterator[Remark]:
    """Look for addresses that the layer-4 app and the HTTP app both listen on."""
    if view.config is None:
        return
    for conflict in ownership.conflicts(view.config, view.blocks):
        server = view.layer4_servers.get(conflict.layer4.server)
        yield Remark(
            conflict.layer4_at or server,
            f"{conflict.layer4} and {conflict.http} claim the same address: real Caddy starts, "
            "and about half of the connections go to each",
            f"let the HTTP app own the port: servers :{conflict.http.address.port} "
            "{ listener_wrappers { layer4 { … } tls } }",
        )


@rule("L4073", ERROR, "two layer4 servers on one address")
def twice_in_layer4(view: View) -> Iterator[Remark]:
    """Look for layer-4 servers that listen on the same address."""
    seen: list[tuple[str, ownership.Claim]] = []
    for name, server in view.layer4_servers.items():
        for at in addresses(server.listen):
            for other, claim in seen:
                if ownership.same_address(claim.address, at):
                    yield Remark(
                        server,
                        f"{at} belongs to the servers '{other}' and '{name}': the kernel gives "
                        "each some of the connections",
                        "put the routes into one server",
                    )
                    break
            seen.append((name, ownership.Claim("layer4", name, at)))


@rule("L4071", WARNING, "IPv4 and IPv6 go different ways")
def half_of_the_internet(view: View) -> Iterator[Remark]:
    """Look for one port that is listened on for IPv4 only here, and for IPv6 elsewhere."""
    claims = list(ownership.claims(view.config)) if view.config is not None else []
    for claim in claims:
        if claim.app != "layer4" or claim.address.host != "0.0.0.0":
            continue
        for other in claims:
            if other.address.host != "::" and not (other.app == "http" and not other.address.host):
                continue
            if (other.app, other.server) == (claim.app, claim.server):
                continue
            if other.address.start_port == claim.address.start_port and (
                other.address.network[:3] == claim.address.network[:3]
            ):
                yield Remark(
                    view.layer4_servers[claim.server],
                    f"{claim.address} takes IPv4 only, and {other.address} belongs to the "
                    f"{other.app} server '{other.server}': clients with IPv6 are served by the "
                    "other one",
                    "listen on the port without an address, in one server",
                )


@rule("L4074", INFO, "IPv4 only")
def ipv4_only(view: View) -> Iterator[Remark]:
    """Look for listeners on 0.0.0.0 alone: clients with IPv6 are refused."""
    for server in view.layer4_servers.values():
        found = addresses(server.listen)
        only = [a for a in found if a.host == "0.0.0.0"]
        if only and not any(a.host in ("::", "") for a in found):
            yield Remark(
                server,
                f"{only[0]} takes IPv4 only: a name with an AAAA record is not reached over IPv6",
                f"write :{only[0].port}, or add [::]:{only[0].port}",
            )


@rule("L4072", INFO, "name instead of an address to listen on")
def listens_on_a_name(view: View) -> Iterator[Remark]:
    """Look for host names in layer-4 listen addresses: they select no clients."""
    for server in view.layer4_servers.values():
        for at in addresses(server.listen):
            host = at.host
            named = host and not at.is_unix and not at.is_fd and ":" not in at.network
            if named and host != "localhost":
                if ":" in host or host.replace(".", "").isdigit() or "{" in host:
                    continue
                yield Remark(
                    server,
                    f"'{host}' is looked up when the config is loaded, and must be an address "
                    "of this machine; it does not choose clients that ask for this name",
                    f"listen on :{at.port} and match the name (tls sni {host}) if the protocol "
                    "carries one",
                )


@rule("L4076", ERROR, "network written behind the address")
def network_behind(view: View) -> Iterator[Remark]:
    """Look for ``:53/udp``, as Docker writes it: Caddy takes what is before the slash for it."""
    named = [(s, text) for s in view.layer4_servers.values() for text in s.listen]
    named += [(place.handler, text) for place, _, text, _ in view.dials()]
    for about, text in named:
        found = _DOCKER.fullmatch(text)
        if found is not None:
            good, at = f"{found[2]}/{found[1]}", view.at(about)
            sure = at is not None and view.is_caddyfile
            yield Remark(
                about,
                f"the network comes first: '{found[1]}' is no network, and nothing starts",
                f"write {good}",
                (Edit(at.line, text, good),) if sure and at is not None else (),
            )


@rule("L4077", INFO, "service of datagrams on a stream listener only")
def streams_only(view: View) -> Iterator[Remark]:
    """Look for ports whose clients speak UDP, with a listener for TCP alone."""
    servers = view.layer4_servers.values()
    found = [(s, a) for s in servers for a in addresses(s.listen)]
    datagrams = {a.start_port for _, a in found if a.network.startswith("udp")}
    for server, at in found:
        what = _BY_UDP.get(at.start_port)
        if what and at.network.startswith("tcp") and at.start_port not in datagrams:
            yield Remark(
                server,
                f"{what} clients come over UDP (first), and {at} takes TCP only",
                f"add a server on udp/{at}, with udp/ before its upstreams",
            )

"""The servers of the HTTP app: one for each pairing of listeners and sites."""

from typing import Any

from msgspec.structs import replace

from caddylite.adapt.helper import Surroundings
from caddylite.adapt.listeners import Pairing
from caddylite.adapt.logs import LogRouting
from caddylite.adapt.named_routes import NamedRoutes
from caddylite.adapt.ports import Ports, any_port_but
from caddylite.adapt.routes import consolidate_routes
from caddylite.adapt.schemes import Schemes, refuse_mixture
from caddylite.adapt.site_routes import error_subroute, site_matchers, site_subroute, wrapped
from caddylite.adapt.sites import SitePart
from caddylite.adapt.sorting import sort_parts
from caddylite.adapt.tls_connection import PolicyDraft, ServerPolicies, SNIDefaults, finished
from caddylite.errors import ConfigError
from caddylite.http.config import AutoHTTPS, Errors, Server
from caddylite.http.route import Route
from caddylite.notices import notice


def make_servers(
    pairings: list[Pairing], named: NamedRoutes, around: Surroundings
) -> dict[str, Server]:
    """Make the servers, named ``srv0``, ``srv1`` …, as they are before server options."""
    maker = _Maker(named, around)
    made = [maker.make(number, pairing) for number, pairing in enumerate(pairings)]
    # the policies are finished last: one may be shared by several servers
    return {
        f"srv{number}": replace(server, tls_connection_policies=finished(policies))
        for number, (server, policies) in enumerate(made)
    }


class _Maker:
    """Makes servers."""

    def __init__(self, named: NamedRoutes, around: Surroundings) -> None:
        self.named, self.around, self.options = named, around, around.options
        self.ports = Ports.of(self.options)
        self.sni = SNIDefaults(self.options)
        self.drafts: dict[int, PolicyDraft] = {}

    def make(self, number: int, pairing: Pairing) -> tuple[Server, list[PolicyDraft]]:
        """Make one server; its connection policies are returned beside it."""
        parts, listen = pairing.parts, list(pairing.listeners)
        refuse_ambiguity(parts)
        _warn_of_addresses(parts)
        sort_parts(parts)
        auto_https = _auto_https(self.options.get("auto_https") or ())
        only_http = not any_port_but(listen, self.ports.http)
        schemes = Schemes(self.ports, auto_https.disable, only_http)
        policies = ServerPolicies(self.sni, self.drafts)
        logs = LogRouting() if any("custom_log" in p.pile for p in parts) else None
        named_routes = self.named.used_by(parts)
        routes: list[Route] = []
        errors: list[Route] | None = None
        for part in parts:
            policies.add_site(part)
            schemes.add_site(part)
            errors = self._add_routes(part, len(parts) == 1, routes, errors)
            if logs is not None:
                logs.add_site(part)
        refuse_mixture(parts, listen, bool(policies.policies), self.ports)
        policies.shield_plain_hosts()
        if schemes.wants_tls:
            policies.add_catch_all(schemes.adds_policy)
        auto_https = replace(auto_https, skip=tuple(schemes.skipped))
        server = Server(
            listen=tuple(listen),
            listener_wrappers=_values(parts, "listener_wrapper"),
            packet_conn_wrappers=_values(parts, "packet_conn_wrapper"),
            routes=consolidate_routes(routes),
            errors=None if errors is None else Errors(tuple(errors)),
            named_routes=named_routes,
            automatic_https=None if auto_https == AutoHTTPS() else auto_https,
            logs=None if logs is None else logs.finished(),
            listen_protocols=_listen_protocols(pairing),
        )
        return server, self._joined(number, policies.policies)

    def _add_routes(
        self, part: SitePart, alone: bool, routes: list[Route], errors: list[Route] | None
    ) -> list[Route] | None:
        """Add a site's routes, and those for errors, to the server's."""
        matchers = site_matchers(part.addresses)
        _warn_of_hosts(part)
        routes += wrapped(site_subroute(part, self.around), matchers, alone)
        for_errors = error_subroute(part)
        if for_errors is None:
            return errors
        return [*(errors or ()), *wrapped(for_errors, matchers, alone)]

    def _joined(self, number: int, policies: list[PolicyDraft]) -> list[PolicyDraft]:
        if len(policies) < 2:
            return policies
        from caddylite.adapt.tls_joining import join_policies

        try:
            return join_policies(policies)
        except ConfigError as e:
            raise e.wrap(f"consolidating TLS connection policies for server {number}: ") from None


def refuse_ambiguity(parts: list[SitePart]) -> None:
    """Complain if two sites of a server have an address in common."""
    owner: dict[str, SitePart] = {}
    shared = set()
    for part in parts:
        for key in part.keys:
            if owner.setdefault(key, part) is not part:
                shared.add(key)
    if shared:
        first = next(key for part in parts for key in part.keys if key in shared)
        at = owner[first].site.block.keys[0].span
        raise ConfigError(f"ambiguous site definition: {first}", at).as_is()


def _warn_of_addresses(parts: list[SitePart]) -> None:
    for address in (a for part in parts for a in part.addresses if a.path):
        notice(
            "Using a path in a site address is deprecated; "
            "please use the 'handle' directive instead",
            "caddyfile",
            address=str(address),
        )


def _warn_of_hosts(part: SitePart) -> None:
    for host in ("0.0.0.0", "::"):
        if any(a.host == host for a in part.addresses) and not part.catches_all_hosts:
            notice(
                "Site block has an unspecified IP address which only matches requests having that "
                "Host header; you probably want the 'bind' directive to configure the socket",
                "caddyfile",
                address=host,
            )


def _auto_https(said: Any) -> AutoHTTPS:
    """Return what the ``auto_https`` option says about a server."""
    return AutoHTTPS(
        disable="off" in said,
        disable_redirects="disable_redirects" in said,
        disable_certificates="disable_certs" in said,
        ignore_loaded_certificates="ignore_loaded_certs" in said,
    )


def _values(parts: list[SitePart], kind: str) -> tuple[Any, ...]:
    return tuple([v.value for p in parts for v in p.pile.get(kind, ())])


def _listen_protocols(pairing: Pairing) -> tuple[tuple[str, ...] | None, ...]:
    """Return the protocols of each listener, where they are not all the default ones."""
    out = tuple(p if any(p) else None for p in pairing.listeners.values())
    return out if any(out) else ()

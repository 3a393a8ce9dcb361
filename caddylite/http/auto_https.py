"""Automatic HTTPS: which certificates an HTTP app needs, where TLS is spoken, what is redirected.

This is Caddy's first phase as a function: the app comes in as it is configured and goes out with
connection policies and redirects worked into it (Caddy docs, "Automatic HTTPS").
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.structs import replace

from caddylite.errors import ConfigError
from caddylite.http.config import HTTP, AutoHTTPS, Server
from caddylite.http.matchers.host import Host
from caddylite.http.redirects import Redirects
from caddylite.http.route import Route
from caddylite.netaddr import NetworkAddress
from caddylite.placeholders import GLOBALS, Lookup, PlaceholderError, replace_or_err
from caddylite.tls import subjects
from caddylite.tls.config import TLS
from caddylite.tls.policy import ConnectionPolicy

HTTP_PORT: Final = 80
HTTPS_PORT: Final = 443

#: A level (``info``, ``warn``, ``debug``), a message and its fields.
Note = tuple[str, str, dict[str, Any]]


@dataclass(slots=True)
class Plan:
    """What comes out.

    ``names`` need certificates; ``internal`` are those of them that are ours to sign where no
    automation policy names them; ``added`` are the addresses of the server for redirects, if one
    had to be made.
    """

    app: HTTP
    names: tuple[str, ...] = ()
    internal: frozenset[str] = frozenset()
    added: tuple[str, ...] = ()
    notes: list[Note] = field(default_factory=list)


def plan(
    app: HTTP,
    tls: TLS | None = None,
    loaded: Callable[[str], bool] | None = None,
    lookup: Lookup = GLOBALS,
) -> Plan:
    """Work automatic HTTPS into an app; ConfigError, in Caddy's words, for what it cannot read.

    ``loaded`` tells whether the config brings a certificate for a name.
    """
    planner = _Planner(app, loaded or (lambda name: False), lookup)
    for name in sorted(app.servers):
        planner.look_at(name, app.servers[name])
    if planner.all_disabled and not planner.wanted:
        return Plan(replace(app, servers=planner.servers), notes=planner.notes)
    internal = _internal(planner.wanted, tls)
    names = tuple(n for n in sorted(planner.wanted) if not subjects.is_tailscale(n))
    redirects = planner.redirects
    servers, added = redirects.work_in(planner.servers, bool(names), planner.logs)
    return Plan(replace(app, servers=servers), names, frozenset(internal), added, planner.notes)


def redirect_listeners(config: Any) -> Iterator[tuple[str, str]]:
    """Yield server and address of the redirects that a config does not ask for by itself.

    ``config`` is the whole config; certificates it would load are not looked at.
    """
    http = config.apps.get("http")
    if http is None:
        return
    try:
        made = plan(http, config.apps.get("tls"))
    except ConfigError:
        return  # whoever provisions the app complains of it
    for address in made.added:
        yield Redirects.SERVER, address


class _Planner:
    """Goes over the servers, in the order of their names."""

    def __init__(self, app: HTTP, loaded: Callable[[str], bool], lookup: Lookup) -> None:
        self.http_port, self.https_port = app.http_port or HTTP_PORT, app.https_port or HTTPS_PORT
        self.loaded, self.lookup = loaded, lookup
        self.servers = dict(app.servers)
        self.wanted: set[str] = set()
        self.redirects = Redirects(self.http_port, self.https_port)
        self.logs: Any = None  # the log settings of the redirects are a server's
        self.notes: list[Note] = []
        self.all_disabled = True

    def note(self, level: str, message: str, server: str, **fields: Any) -> None:
        self.notes.append((level, message, {"server_name": server, **fields}))

    def look_at(self, name: str, server: Server) -> None:
        settings = server.automatic_https or AutoHTTPS()
        if settings.disable:
            self.note("info", "automatic HTTPS is completely disabled for server", name)
            return
        if not self._listens_beside(server, self.http_port):
            self.note(
                "warn",
                "server is listening only on the HTTP port, so no automatic HTTPS will be "
                "applied to this server",
                name,
                http_port=self.http_port,
            )
            return
        self.all_disabled = False
        policies = server.tls_connection_policies
        if not policies and not self._listens_beside(server, self.https_port):
            self.note(
                "info",
                "server is listening only on the HTTPS port but has no TLS connection policies; "
                "adding one to enable TLS",
                name,
                https_port=self.https_port,
            )
            policies = (ConnectionPolicy(),)
        domains = self._domains(name, server.routes, settings)
        if domains or policies:
            self.logs = server.logs if server.logs is not None else self.logs
            self._want(name, domains, settings)
            policies = policies or (ConnectionPolicy(),)
            self._redirect(name, server, domains, settings)
        self.servers[name] = _strict(replace(server, tls_connection_policies=policies))

    def _listens_beside(self, server: Server, port: int) -> bool:
        """Does it listen on any port other than this one?"""
        for text in server.listen:
            try:
                address = NetworkAddress.parse(text)
            except ValueError:
                continue
            if not address.start_port <= port <= address.end_port:
                return True
        return False

    def _domains(self, name: str, routes: tuple[Route, ...], settings: AutoHTTPS) -> list[str]:
        """Return the names in the host matchers of the server's own routes, each once."""
        found: dict[str, None] = {}
        for i, route in enumerate(routes):
            for j, matchers in enumerate(route.match):
                host = matchers.get("host")
                if not isinstance(host, Host):
                    continue
                for k, text in enumerate(host.names or ()):
                    try:
                        domain = replace_or_err(text, self.lookup, True, False)
                    except PlaceholderError as e:
                        raise ConfigError(
                            f"{name}: route {i}, matcher set {j}, matcher 0, host matcher {k}: {e}"
                        ) from None
                    if domain not in settings.skip:
                        found[domain] = None
        return list(found)

    def _want(self, name: str, domains: list[str], settings: AutoHTTPS) -> None:
        """Note the names that certificates have to be managed for."""
        if settings.disable_certificates:
            self.note(
                "warn",
                "skipping automated certificate management for server because it is disabled",
                name,
            )
            return
        for domain in domains:
            if not subjects.qualifies(domain) or domain in settings.skip_certificates:
                continue
            if not settings.ignore_loaded_certificates and self.loaded(domain):
                self.note(
                    "info",
                    "skipping automatic certificate management because one or more matching "
                    "certificates are already loaded",
                    name,
                    domain=domain,
                )
                continue
            if "*" in domain and domain.strip(".").count(".") == 1:
                self.note(
                    "warn",
                    "most clients do not trust second-level wildcard certificates (*.tld)",
                    name,
                    domain=domain,
                )
            self.wanted.add(domain)

    def _redirect(
        self, name: str, server: Server, domains: list[str], settings: AutoHTTPS
    ) -> None:
        if settings.disable_redirects:
            self.note("info", "automatic HTTP->HTTPS redirects are disabled", name)
            return
        self.note("info", "enabling automatic HTTP->HTTPS redirects", name)
        for text in server.listen:
            try:
                address = NetworkAddress.parse(text)
            except ValueError as e:
                raise ConfigError(f"{name}: invalid listener address: {e}") from None
            for domain in domains or ("",):  # "" stands for whatever name there may be
                self.redirects.record(domain, address)


def _internal(names: set[str], tls: TLS | None) -> set[str]:
    """Return the names that our own authority signs although no policy says so."""
    policies = tls.automation.policies if tls is not None and tls.automation is not None else ()
    spoken_for = {subject: policy for policy in policies for subject in policy.subjects}
    out = set()
    for name in names:
        policy = spoken_for.get(name)
        if policy is not None:
            # Such a policy without issuers would mean the public authorities.
            if not policy.issuers and all(
                not subjects.qualifies_publicly(s) for s in policy.subjects
            ):
                out.add(name)
        elif not subjects.qualifies_publicly(name) or (subjects.is_ip(name) and not policies):
            out.add(name)
    return out


def _strict(server: Server) -> Server:
    """A server that asks for client certificates holds SNI and Host together, unless told not to.

    Otherwise a client could shake hands for one site and ask for another.
    """
    asks = any(_active(policy.client_authentication) for policy in server.tls_connection_policies)
    if server.strict_sni_host is None and asks:
        return replace(server, strict_sni_host=True)
    return server


def _active(auth: Any) -> bool:
    return auth is not None and bool(
        auth.trusted_ca_certs
        or auth.trusted_ca_certs_pem_files
        or auth.trusted_leaf_certs
        or auth.verifiers
        or auth.mode
        or auth.ca is not None
    )

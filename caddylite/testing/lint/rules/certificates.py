"""TLS that ends here: certificates that will not exist, and where it should not end."""

from collections.abc import Iterator
from typing import Any

from caddylite.adapt import ownership
from caddylite.testing.certificates import managed
from caddylite.testing.lint.finding import WARNING, Remark
from caddylite.testing.lint.names import name_covers, site_names, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import Place, View, addresses

_VPN = ("ocserv", "openconnect", "anyconnect", "vpn")


def certificate_names(view: View) -> set[str] | None:
    """Return the names that certificates are managed for; None if others are loaded too."""
    named = [name for server in view.http_servers for name in _managed(view, server)]
    found = managed(named, view.tls_app)
    return None if found is None else {name.lower() for name in found}


def _managed(view: View, server: str) -> Iterator[str]:
    """Yield the names of the sites of a server that certificates are got for of themselves."""
    settings = view.http_servers[server]
    automatic = settings.automatic_https
    off = automatic is not None and (automatic.disable or automatic.disable_certificates)
    ports = {a.start_port for a in addresses(settings.listen)}
    if off or (ports == {view.http_port} and not settings.tls_connection_policies):
        return
    skipped = (*automatic.skip, *automatic.skip_certificates) if automatic is not None else ()
    yield from (name for name, _ in site_names(view, server) if name not in skipped)


def _wanted(place: Place) -> tuple[str, ...]:
    """Return the names of the clients that reach a handler; empty if any name may come."""
    for p in place.chain:
        found = [snis(m["tls"]) for m in p.route.match if "tls" in m]
        if found and all(found) and len(found) == len(p.route.match):
            return tuple(n for names in found for n in names)
    return ()


@rule("L4050", WARNING, "TLS handler without a certificate")
def no_certificate(view: View) -> Iterator[Remark]:
    """Look for ``tls`` handlers for names that nothing in the file gets a certificate for."""
    names = certificate_names(view)
    if names is None:
        return
    for place in view.handlers:
        if place.handler.name != "tls" or any("{" in n for n in _wanted(place)):
            continue
        wanted = _wanted(place)
        sent = [w for w in wanted if ":" not in w]  # the others are told elsewhere
        missing = [w for w in sent if not any(name_covers(n, w) for n in names)]
        if missing or (not wanted and not names):
            who = ", ".join(missing) or "any name"
            name = missing[0] if missing else "vpn.example.com"
            yield Remark(
                place.handler,
                f"TLS ends here for {who}, and nothing in this file gets a certificate for "
                "that: the handshake fails",
                f"add a site block '{name} {{ }}' (its certificate is used here too), or load one"
                if view.is_caddyfile
                else "name it in apps.tls.certificates.automate, or load one",
            )


@rule("L4034", WARNING, "no way for an ACME challenge")
def no_challenge(view: View) -> Iterator[Remark]:
    """Look for managed names whose challenges reach nobody: 443 is layer 4's, 80 nobody's."""
    tls = view.tls_app
    automate = getattr(tls.certificates.get("automate"), "subjects", None) if tls else None
    names = [n for n in automate or () if "." in n]
    if not names or _other_issuers(tls):
        return
    claims = list(ownership.claims(view.config)) if view.config is not None else []
    http = {c.address.start_port for c in claims if c.app == "http"}
    if http & {80, 443} or not any(443 in r.ports for r in view.lists if r.kind == "server"):
        return
    yield Remark(
        tls,
        f"certificates for {', '.join(names)} are to be obtained, but port 443 belongs to layer4, "
        "which answers no TLS-ALPN challenge, and nothing listens on port 80",
        "leave port 80 free for the HTTP challenge, or use a DNS challenge or an own certificate",
    )


def _other_issuers(tls: Any) -> bool:
    policies = tls.automation.policies if tls.automation else ()
    return any(i.name == "internal" or getattr(i, "challenges", None)
               for p in policies for i in p.issuers)  # fmt: skip


@rule("L4051", WARNING, "upstream's certificate is not checked")
def not_verified(view: View) -> Iterator[Remark]:
    """Look for ``tls_insecure_skip_verify``."""
    for place, upstream, text, _ in view.dials():
        if upstream.tls is not None and upstream.tls.insecure_skip_verify:
            yield Remark(
                place.handler,
                f"whoever answers at {text} is believed, with any certificate",
                "trust its authority (tls_trust_pool), and say its name (tls_server_name)",
            )


@rule("L4059", WARNING, "client certificates asked for and not checked")
def not_checked(view: View) -> Iterator[Remark]:
    """Look for modes of client authentication that take every certificate."""
    for place in view.handlers:
        for policy in getattr(place.handler, "connection_policies", ()):
            asked = policy.client_authentication
            if asked is None or asked.mode not in ("request", "require") or asked.verifiers:
                continue
            yield Remark(
                place.handler,
                f"the mode '{asked.mode}' takes any certificate, also one that the client has "
                "made itself",
                "write mode require_and_verify, with the authorities in trust_pool",
            )


@rule("L4053", WARNING, "TLS taken off in front of a VPN")
def vpn_terminated(view: View) -> Iterator[Remark]:
    """Look for ``tls`` handlers before a proxy to ocserv."""
    for place, upstream, text, _ in view.dials():
        if place.clear and upstream.tls is None and any(v in text.lower() for v in _VPN):
            yield Remark(
                place.handler,
                "with TLS ended here ocserv can neither ask for client certificates nor derive "
                "the keys of its DTLS channel",
                "remove the handler tls: pass the connection through by its SNI",
            )

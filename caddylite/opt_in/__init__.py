"""Adapt-only modules that real files use most, and that only plugins of Caddy provide.

They are known when somebody asks for them (``caddylite adapt --with cloudflare``), so that without
it everything is as in Caddy's standard build. Nothing here runs.
"""

from collections.abc import Iterable
from typing import Final

from caddylite.errors import UnknownName
from caddylite.registry import add_plugins

_HERE: Final = "caddylite.opt_in"

#: What can be asked for: the modules (by ID) and the files they are in.
BUNDLES: Final[dict[str, dict[str, str]]] = {
    "cloudflare": {
        "dns.providers.cloudflare": f"{_HERE}.cloudflare_dns",
        "http.ip_sources.cloudflare": f"{_HERE}.cloudflare_ips",
    },
    "route53": {"dns.providers.route53": f"{_HERE}.route53"},
    "digitalocean": {"dns.providers.digitalocean": f"{_HERE}.digitalocean"},
    "duckdns": {"dns.providers.duckdns": f"{_HERE}.duckdns"},
    "rate_limit": {
        "http.handlers.rate_limit": f"{_HERE}.rate_limit",
        "caddyfile.directives.rate_limit": f"{_HERE}.rate_limit",
    },
}


def hint_for(message: str) -> str | None:
    """Return what to do about a complaint that a module or directive is unknown."""
    for name, bundle in BUNDLES.items():
        for module_id in bundle:
            if module_id in message or message.endswith(
                f"unrecognized directive: {module_id.rpartition('.')[2]}"
            ):
                return f"a plugin provides it; --with {name} lets adapt read it"
    return None


def enable(names: Iterable[str]) -> None:
    """Make these bundles known; UnknownName if there is none of a name."""
    for name in names:
        bundle = BUNDLES.get(name)
        if bundle is None:
            raise UnknownName(f"no adapt-only module is called {name}", name, BUNDLES)
        add_plugins(bundle)

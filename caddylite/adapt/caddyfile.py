"""A Caddyfile as a config: blocks are read, sites joined into servers, servers into apps."""

from typing import Any

from msgspec.structs import replace

from caddylite.adapt.directives import is_directive
from caddylite.adapt.global_options import take_global_options
from caddylite.adapt.helper import Surroundings
from caddylite.adapt.listeners import Pairing, pair_sites
from caddylite.adapt.logs import logging
from caddylite.adapt.named_routes import NamedRoutes, take_named_routes
from caddylite.adapt.options import AppOption
from caddylite.adapt.pki import pki_app
from caddylite.adapt.servers import make_servers
from caddylite.adapt.sites import read_site
from caddylite.adapt.tls_app import tls_app
from caddylite.adapt.warnings import Warning_
from caddylite.caddy.config import Admin, Config, ConfigSettings
from caddylite.caddyfile.formatter import first_difference
from caddylite.caddyfile.parser import Block, parse
from caddylite.errors import ConfigError
from caddylite.http.config import HTTP
from caddylite.kinds import App
from caddylite.notices import collect
from caddylite.values import Duration

_NOT_FORMATTED = (
    "Caddyfile input is not formatted; run 'caddy fmt --overwrite' to fix inconsistencies"
)


def adapt(text: str, file: str = "Caddyfile") -> tuple[Config, list[Warning_]]:
    """Compile a Caddyfile. ConfigError, in Caddy's words, if it cannot be used."""
    around = Surroundings()
    with collect() as notices:
        config = compile_blocks(parse(text, file), around)
    remarks = [
        Warning_(n.message, logger=n.logger, fields=n.fields, placed=False) for n in notices
    ]
    line = first_difference(text)
    if line:
        around.warnings.append(Warning_(_NOT_FORMATTED, file, line))
    return config, remarks + around.warnings


def compile_blocks(blocks: list[Block], around: Surroundings) -> Config:
    """Compile the blocks of a file."""
    _refuse_what_is_no_address(blocks)
    blocks = take_global_options(blocks, around.options)
    blocks, named = take_named_routes(blocks, around)
    sites = [read_site(block, around) for block in blocks]
    pairings = pair_sites(sites, around.options)
    return Config(
        apps=_apps(pairings, named, around),
        admin=_admin(around.options),
        logging=logging(pairings, around.options),
        storage=around.options.get("storage"),
    )


def _refuse_what_is_no_address(blocks: list[Block]) -> None:
    """Complain of a matcher or a directive outside of any block, which looks like an address."""
    for block in blocks:
        for number, key in enumerate(block.keys):
            where = f"{key.file}:{key.line}: "
            if not number and key.text.startswith("@"):
                from caddylite.adapt.advice import MATCHER_OUTSIDE

                message = f"cannot define a matcher outside of a site block: '{key.text}'"
                raise ConfigError(where + message, key.span, MATCHER_OUTSIDE).as_is()
            if is_directive(key.text):
                from caddylite.adapt.advice import DIRECTIVE_OUTSIDE

                message = (
                    f"parsed '{key.text}' as a site address, but it is a known directive; "
                    "directives must appear in a site block"
                )
                raise ConfigError(where + message, key.span, DIRECTIVE_OUTSIDE).as_is()


def _apps(pairings: list[Pairing], named: NamedRoutes, around: Surroundings) -> dict[str, App]:
    options = around.options
    out: dict[str, App | None] = {
        option.app: option.config for option in options.values() if isinstance(option, AppOption)
    }
    http = _http_app(pairings, named, around)
    if http.servers:
        out["http"] = http
    out["tls"] = tls_app(pairings, options) or out.get("tls")
    out["pki"] = pki_app(pairings, options) or out.get("pki")
    if "filesystem" in options:
        out["caddy.filesystems"] = options["filesystem"]
    return {name: app for name, app in out.items() if app is not None}


def _http_app(pairings: list[Pairing], named: NamedRoutes, around: Surroundings) -> HTTP:
    options = around.options
    servers = make_servers(pairings, named, around)
    metrics = options.get("metrics")
    if "servers" in options:
        from caddylite.adapt.server_options import apply_server_options, hoist_metrics

        try:
            servers = apply_server_options(servers, options["servers"])
        except ConfigError as e:
            raise e.wrap("applying global server options: ") from None
        servers, metrics = hoist_metrics(servers, metrics)
    return HTTP(
        http_port=options.get("http_port", 0),
        https_port=options.get("https_port", 0),
        grace_period=options.get("grace_period", Duration(0)),
        shutdown_delay=options.get("shutdown_delay", Duration(0)),
        servers=servers,
        metrics=metrics,
    )


def _admin(options: dict[str, Any]) -> Admin | None:
    admin: Admin | None = options.get("admin")
    if options.get("persist_config") == "off":
        admin = admin or Admin()
        settings = admin.config or ConfigSettings()
        admin = replace(admin, config=replace(settings, persist=False))
    return admin

"""``caddylite adapt``: a Caddyfile as Caddy's JSON."""

from typing import TYPE_CHECKING

import click

from caddylite.cli import _configs, _envfile, _report
from caddylite.errors import ConfigError

if TYPE_CHECKING:
    from caddylite.caddy.config import Config


@click.command()
@click.option("-c", "--config", default="", help="Configuration file to adapt (required)")
@click.option("-a", "--adapter", default="caddyfile", help="Name of config adapter")
@click.option("-p", "--pretty", is_flag=True, help="Format the output for human readability")
@click.option("--validate", is_flag=True, help="Validate the output")
@click.option("--envfile", multiple=True, help="Environment file(s) to load")
@click.option(
    "--with", "plugins", multiple=True, metavar="NAME",
    help="Also know these adapt-only plugin modules (cloudflare, route53, rate_limit …)",
)  # fmt: skip
def command(
    config: str,
    adapter: str,
    pretty: bool,
    validate: bool,
    envfile: tuple[str, ...],
    plugins: tuple[str, ...],
) -> None:
    """Adapt a configuration to Caddy's JSON: the text that Caddy 2.11.7 prints."""
    from caddylite import gojson
    from caddylite.adapt.compile import from_caddyfile, from_json
    from caddylite.codec import to_plain

    path = _configs.find(config)
    _envfile.load(envfile)
    text = _configs.read(path, "reading input file")
    if adapter == "json":
        compiled, warnings = from_json(text, path), []
    elif adapter == "caddyfile":
        compiled, warnings = from_caddyfile(text, path, plugins)
    else:
        raise ConfigError(f"unrecognized config adapter: {adapter}")
    click.get_binary_stream("stdout").write(
        gojson.dumps(to_plain(compiled), pretty).encode("utf-8", "surrogateescape") + b"\n"
    )
    for warning in warnings:
        _report.log("warn", warning.text, adapter, file=warning.file, line=warning.line)
    if {"layer4", "http"} <= compiled.apps.keys():
        _warn_of_shared_addresses(compiled, text, path if adapter == "caddyfile" else "")
    if validate:
        from caddylite.runtime.check import check

        try:
            check(compiled)
        except ConfigError as e:
            raise e.wrap("validation: ") from None


def _warn_of_shared_addresses(compiled: "Config", text: str, caddyfile: str) -> None:
    """Say what real Caddy does not: two apps on one address lose half of the connections."""
    from caddylite.adapt.ownership import conflicts
    from caddylite.caddyfile.parser import parse

    for conflict in conflicts(compiled, parse(text, caddyfile) if caddyfile else []):
        error = conflict.error()
        at = error.at
        where = {"file": at.file, "line": at.line} if at else {}
        _report.log("warn", str(error), "caddylite", hint=error.hint, **where)

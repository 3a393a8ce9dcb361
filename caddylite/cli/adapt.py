"""``caddylite adapt``: a Caddyfile as Caddy's JSON."""

import click

from caddylite.cli import _adapting, _configs


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
@_configs.pass_over_arguments
def command(
    config: str,
    adapter: str,
    pretty: bool,
    validate: bool,
    envfile: tuple[str, ...],
    plugins: tuple[str, ...],
) -> None:
    """Adapt a configuration to Caddy's JSON: the text that Caddy 2.11.7 prints."""
    _adapting.adapt(config, adapter, pretty, validate, envfile, plugins)

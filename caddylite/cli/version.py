"""``caddylite version``."""

import click

from caddylite import CADDY_VERSION, __version__


@click.command()
def command() -> None:
    """Print the version, and that of the Caddy it is compatible with."""
    click.echo(f"v{__version__} (compatible with Caddy v{CADDY_VERSION}, caddy-l4 42db569)")

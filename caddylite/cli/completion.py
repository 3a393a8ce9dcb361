"""``caddylite completion``: shell completion."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for a shell (source it, or put it where the shell looks)."""
    from caddylite.cli._commands import commands

    cls = get_completion_class(shell)
    if cls is None:
        raise click.ClickException(f"no completion for {shell}")
    click.echo(cls(commands, {}, "caddylite", "_CADDYLITE_COMPLETE").source())

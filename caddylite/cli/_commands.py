"""The subcommands: each is a file of its name beside this one."""

import sys
from importlib import import_module
from pkgutil import iter_modules

import click


def _names() -> list[str]:
    folder = sys.modules["caddylite.cli"].__path__
    return sorted(
        m.name.replace("_", "-")
        for m in iter_modules(folder)
        if m.name != "main" and not m.name.startswith("_")
    )


class _Commands(click.Group):
    """Imports a subcommand's file when that subcommand is asked for, and no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return _names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _names():
            return None
        module = import_module(f"caddylite.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Run, adapt and test Caddyfiles and Caddy JSON: TLS, HTTP, SSH and a VPN on one port."""

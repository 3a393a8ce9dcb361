"""``caddylite``: the command line. A subcommand is a file of its name beside this one."""

import os
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click

from caddylite.cli import _report
from caddylite.errors import ConfigError


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


def main(argv: list[str] | None = None) -> Any:
    """Run one command; the exit status is 1 for a config that cannot be used, 2 for bad flags."""
    try:
        return commands.main(args=argv, prog_name="caddylite", standalone_mode=True)
    except ConfigError as error:
        _report.failure(error)
    except BrokenPipeError:
        sys.stderr.close()  # what reads us has gone; there is nobody to tell
    except Exception as error:
        if os.environ.get("CADDYLITE_TRACEBACK"):
            raise
        _report.log(
            "error",
            f"caddylite has a bug: {type(error).__name__}: {error}",
            hint="set CADDYLITE_TRACEBACK=1 to see where, and please report it",
        )
    sys.exit(1)


if __name__ == "__main__":
    main()

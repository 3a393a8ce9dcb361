"""``caddylite``: the command line. A subcommand is a file of its name beside this one."""

import gc
import os
import sys
from typing import Any

from caddylite.cli import _report
from caddylite.errors import ConfigError


def main(argv: list[str] | None = None) -> Any:
    """Run one command; the exit status is 1 for a config, a file or a flag that is no good."""
    try:
        return _run(sys.argv[1:] if argv is None else argv)
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


def _run(argv: list[str]) -> Any:
    if argv[:1] == ["adapt"]:
        # half of the time that a small file takes would be spent on importing click, and a sixth
        # of that of a large one on looking for garbage among things that all live to the end
        gc.disable()
        from caddylite.cli import _adapting

        flags = _adapting.plain_flags(argv[1:])
        if flags is not None:
            return _adapting.adapt(**flags)
    from caddylite.cli._commands import commands

    return _clicked(commands, argv)


def _clicked(commands: Any, argv: list[str]) -> Any:
    """Let click read the command line; what is wrong with it is said as Caddy says it."""
    import click

    try:
        status = commands.main(args=argv, prog_name="caddylite", standalone_mode=False)
        return sys.exit(status) if isinstance(status, int) else status
    except click.exceptions.NoArgsIsHelpError as e:
        click.echo(e.format_message())
        sys.exit(0)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as e:
        click.echo(f"Error: {_usage_words(e, click)}", err=True)
        sys.exit(1)


def _usage_words(error: Any, click: Any) -> str:
    if isinstance(error, click.NoSuchOption):
        name = error.option_name
        near = f" (did you mean {error.possibilities[0]}?)" if error.possibilities else ""
        if name.startswith("--"):
            return f"unknown flag: {name}{near}"
        return f"unknown shorthand flag: '{name[1:2]}' in {name}{near}"
    if isinstance(error, click.BadOptionUsage) and "requires" in error.message:
        name = error.option_name
        shown = name if name.startswith("--") else f"'{name[1:2]}' in {name}"
        return f"flag needs an argument: {shown}"
    message = str(error.format_message())
    if isinstance(error, click.UsageError) and message.startswith("No such command"):
        name = message.split("'")[1]
        return f'unknown command "{name}" for "caddylite"\nRun \'caddylite --help\' for usage.'
    return message


if __name__ == "__main__":
    main()

"""``caddylite``: the command line. A subcommand is a file of its name beside this one."""

import gc
import os
import sys
from typing import Any

from caddylite.cli import _report
from caddylite.errors import ConfigError


def main(argv: list[str] | None = None) -> Any:
    """Run one command; the exit status is 1 for a config that cannot be used, 2 for bad flags."""
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

    return commands.main(args=argv, prog_name="caddylite", standalone_mode=True)


if __name__ == "__main__":
    main()

"""Where a command's text comes from. (No click here: ``adapt`` starts without it.)"""

import os
import sys

from caddylite.cli import _report
from caddylite.errors import ConfigError

NO_INPUT = (
    "input file required when there is no Caddyfile in current directory (use --config flag)"
)


def find(config: str, quiet: bool = False) -> str:
    """Return the config's path: the one given, or ``Caddyfile`` here."""
    if config:
        return config
    if not os.path.isfile("Caddyfile"):
        raise ConfigError(NO_INPUT, hint="write a Caddyfile here, or name one with --config")
    if not quiet:
        _report.log("info", "using adjacent Caddyfile")
    return "Caddyfile"


def read(path: str, what: str) -> str:
    """Read a file, or stdin for ``-``; ``what`` is Caddy's word for it in the complaint."""
    try:
        if path == "-":
            raw = sys.stdin.buffer.read()
        else:
            with open(path, "rb") as file:
                raw = file.read()
    except OSError as e:
        reason = (e.strerror or str(e)).lower()
        step = "read" if isinstance(e, IsADirectoryError) else "open"
        raise ConfigError(f"{what}: {step} {path}: {reason}") from None
    return raw.decode("utf-8", "surrogateescape")

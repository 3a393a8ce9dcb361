"""What the command line says on stderr: Caddy's words first, then what helps.

To a terminal a complaint is ``Error: …`` with the source line, a caret and a hint under it; to
anything else it is one line of JSON with zap's keys, as Caddy writes it.
"""

import sys
import time
from typing import Any

from caddylite.errors import ConfigError, Span


def log(level: str, message: str, logger: str = "", **fields: Any) -> None:
    """Write one log record to stderr."""
    import json

    if sys.stderr.isatty():
        stamp = time.strftime("%Y/%m/%d %H:%M:%S.", time.gmtime()) + f"{time.time() % 1:.3f}"[2:]
        words = [stamp, level.upper(), *([logger] if logger else []), message]
        if fields:
            words.append(json.dumps(fields, ensure_ascii=False))
        print("\t".join(words), file=sys.stderr)
        return
    record: dict[str, Any] = {"level": level, "ts": time.time()}
    if logger:
        record["logger"] = logger
    record |= {"msg": message, **fields}
    print(json.dumps(record, ensure_ascii=False, separators=(",", ":")), file=sys.stderr)


def failure(error: ConfigError) -> None:
    """Say why a config cannot be used."""
    if not sys.stderr.isatty():
        log("error", str(error), **({"hint": error.hint} if error.hint else {}))
        return
    import click

    click.secho(f"Error: {error}", err=True)
    if error.at is not None:
        _show_source(error.at)
    if error.hint:
        click.secho("  hint: ", err=True, fg="cyan", nl=False)
        click.echo(error.hint, err=True)


def _show_source(at: Span) -> None:
    from pathlib import Path

    import click

    try:
        text = Path(at.file).read_bytes().decode("utf-8", "surrogateescape")
        line = text.split("\n")[at.line - 1].removesuffix("\r")
    except (OSError, IndexError):
        return
    if at.column > len(line) + 1:  # a variable of several lines stands above it
        return
    number = f"{at.line:>5} | "
    click.secho(number, err=True, dim=True, nl=False)
    click.echo(_printable(line), err=True)
    if at.column:
        before = " " * (len(number) + _width(_printable(line[: at.column - 1])))
        click.secho(f"{before}^", err=True, fg="red", bold=True)


def _printable(line: str) -> str:
    """Expand tabs, and let nothing through that moves a terminal's cursor."""
    shown = "".join(c if c == "\t" or c.isprintable() else "\ufffd" for c in line)
    return shown.expandtabs(4)


def _width(text: str) -> int:
    """Return how many columns a terminal takes for it."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)

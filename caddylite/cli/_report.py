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
        line = Path(at.file).read_text(errors="replace").split("\n")[at.line - 1]
    except (OSError, IndexError):
        return
    number = f"{at.line:>5} | "
    click.secho(number, err=True, dim=True, nl=False)
    click.echo(line.expandtabs(4), err=True)
    if at.column:
        before = line[: at.column - 1].expandtabs(4)
        click.secho(" " * (len(number) + len(before)) + "^", err=True, fg="red", bold=True)

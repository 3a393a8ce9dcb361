"""``caddylite fmt``: a Caddyfile as Caddy formats it."""

from difflib import SequenceMatcher
from pathlib import Path

import click

from caddylite.cli import _input
from caddylite.errors import ConfigError, Span


@click.command()
@click.argument("paths", nargs=-1)
@click.option("-c", "--config", default="", help="Configuration file")
@click.option("-w", "--overwrite", is_flag=True, help="Overwrite the input file with the results")
@click.option("-d", "--diff", is_flag=True, help="Print how the result differs from the input")
def command(paths: tuple[str, ...], config: str, overwrite: bool, diff: bool) -> None:
    """Format a Caddyfile; exit with 1 if it was not formatted. - is stdin."""
    from caddylite.caddyfile.formatter import first_difference, format_text

    path = paths[0] if paths else ""
    if len(paths) > 1 or (path and config):
        raise ConfigError(f"fmt does not support multiple files {config} {' '.join(paths)}")
    path = path or config or "Caddyfile"
    text = _input.read(path, "reading stdin" if path == "-" else "reading input file")
    result = format_text(text)
    if overwrite and path != "-":
        Path(path).write_bytes(_raw(result))
        return
    if diff and path != "-":
        click.echo(_difference(text, result), nl=False)
    else:
        click.echo(_raw(result), nl=False)
    line = 0 if path == "-" else first_difference(text)
    if line:
        raise ConfigError(
            f"{path}:{line}: Caddyfile input is not formatted; Tip: use '--overwrite' to update "
            "your Caddyfile in-place instead of previewing it. Consult '--help' for more options",
            Span(path, line),
        ).as_is()


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _difference(before: str, after: str) -> str:
    old, new = before.split("\n"), after.split("\n")
    out: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            out += [f"  {line}\n" for line in old[i1:i2]]
            continue
        out += [f"- {line}\n" for line in old[i1:i2]]
        out += [f"+ {line}\n" for line in new[j1:j2]]
    return "".join(out)

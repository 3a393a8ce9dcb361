"""``caddylite lint``: what does this config do that was hardly meant?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from caddylite.cli import _configs

if TYPE_CHECKING:
    from caddylite.testing.lint import Finding


@click.command()
@_configs.config_options
@click.argument("files", nargs=-1, type=click.Path())
@click.option(
    "-f", "--format", "form", default="text",
    type=click.Choice(["text", "json", "sarif", "github"]), help="How to print the findings",
)  # fmt: skip
@click.option("--fix", is_flag=True, help="Write the fixes that are certain into the file")
@click.option("--ignore", multiple=True, metavar="CODES", help="Codes not to report, e.g. L4046")
@click.option(
    "--fail-on", default="error", type=click.Choice(["error", "warning", "info", "never"]),
    help="The least severity that makes the exit status 1",
)  # fmt: skip
@click.option("--rules", "list_rules", is_flag=True, help="List the rules instead")
def command(
    config: str,
    adapter: str,
    envfile: tuple[str, ...],
    files: tuple[str, ...],
    form: str,
    fix: bool,
    ignore: tuple[str, ...],
    fail_on: str,
    list_rules: bool,
) -> None:
    """Look for mistakes in configs that adapt well and still do something else than meant.

    A comment '# caddylite: ignore L4046' silences a rule on its line, or on the next line if it
    stands alone; '# caddylite: ignore-file L4046' in the whole file. The exit status is 1 if there
    is a finding of severity --fail-on or worse, 2 for bad flags.
    """
    from caddylite.testing.lint import all_rules

    if list_rules:
        for rule in all_rules():
            click.echo(f"{rule.code}  {rule.severity:<7}  {rule.title}\n        {rule.text}")
        return
    codes = [c for given in ignore for c in given.replace(",", " ").split()]
    done = [
        _one(_configs.load_source(path, adapter, envfile, quiet=True), codes, fix)
        for path in files or (config,)
    ]
    every = [f for found, _, _ in done for f in found]
    if form == "text":
        from caddylite.testing.lint.output.text import write as as_text

        for found, text, file in done:
            click.echo(as_text(found, text, file, sys.stdout.isatty()), nl=False)
    else:
        from importlib import import_module

        name = {"json": "jsons"}.get(form, form)
        click.echo(import_module(f"caddylite.testing.lint.output.{name}").write(every), nl=False)
    order = ["error", "warning", "info", "never"]
    least = order[: order.index(fail_on) + 1] if fail_on != "never" else []
    if any(f.severity in least for f in every):
        sys.exit(1)


def _one(source: _configs.Source, codes: list[str], fix: bool) -> "tuple[list[Finding], str, str]":
    """Lint one file, after fixing it if that is wanted; return what is left, text and name."""
    from caddylite.testing.lint import lint
    from caddylite.testing.lint.fixes import apply

    caddyfile = bool(source.adapter)
    found = lint(source.text, source.file, is_caddyfile=caddyfile, ignore=codes)
    text, count = apply(source.text, found, source.file) if fix else (source.text, 0)
    if count and source.file != "-":
        Path(source.file).write_text(text, errors="surrogateescape")
        found = lint(text, source.file, is_caddyfile=caddyfile, ignore=codes)
        click.echo(f"{source.file}: {count} fixed", err=True)
    return found, text, source.file

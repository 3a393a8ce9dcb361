"""``caddylite lint``: what does this config do that was hardly meant?"""

import sys
from pathlib import Path

import click

from caddylite.cli import _configs


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
    failed = False
    for path in files or (config,):
        source = _configs.load_source(path, adapter, envfile, quiet=True)
        failed |= _one(source, form, fix, codes, fail_on)
    if failed:
        sys.exit(1)


def _one(source: _configs.Source, form: str, fix: bool, codes: list[str], fail_on: str) -> bool:
    from caddylite.testing.lint import lint

    caddyfile = bool(source.adapter)
    found = lint(source.text, source.file, is_caddyfile=caddyfile, ignore=codes)
    text = source.text
    if fix:
        from caddylite.testing.lint.fixes import apply

        text, count = apply(source.text, found, source.file)
        if count and source.file != "-":
            Path(source.file).write_text(text, errors="surrogateescape")
            found = lint(text, source.file, is_caddyfile=caddyfile, ignore=codes)
            click.echo(f"{source.file}: {count} fixed", err=True)
    if form == "text":
        from caddylite.testing.lint.output.text import write as as_text

        click.echo(as_text(found, text, source.file, sys.stdout.isatty()), nl=False)
    else:
        from importlib import import_module

        name = {"json": "jsons"}.get(form, form)
        click.echo(import_module(f"caddylite.testing.lint.output.{name}").write(found), nl=False)
    order = ["error", "warning", "info"]
    return (
        any(f.severity in order[: order.index(fail_on) + 1] for f in found)
        if (fail_on in order)
        else False
    )

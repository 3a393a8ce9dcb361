"""``caddylite init``: a first file of cases from a config."""

from pathlib import Path

import click

from caddylite.cli import _configs
from caddylite.errors import ConfigError


@click.command()
@_configs.config_options
@click.option("--tests", is_flag=True, help="Write a first file of cases")
@click.option("-o", "--output", default="", help="The file (<config>.test.yaml; - prints)")
@click.option("--force", is_flag=True, help="Replace a file that is there")
def command(
    config: str,
    adapter: str,
    envfile: tuple[str, ...],
    tests: bool,
    output: str,
    force: bool,
) -> None:
    """Write a file of cases: one for each route, and one for what no route wants."""
    import os

    from caddylite.testing.writing import write

    if not tests:
        raise ConfigError("nothing to write", hint="say --tests")
    source = _configs.load_source(config, adapter, envfile, quiet=True)
    lab = _configs.lab_of(source)
    where = Path(output or f"{source.file}.test.yaml")
    beside = "." if output == "-" else str(where.parent)
    text = write(lab, os.path.relpath(source.file, beside))
    if output == "-":
        click.echo(text, nl=False)
        return
    if where.exists() and not force:
        raise ConfigError(f"{where} is there already", hint="say --force to replace it")
    where.write_text(text)
    click.echo(f"wrote {where}: {text.count('- name:')} cases; run them with 'caddylite test'")

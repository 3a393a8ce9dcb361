"""``caddylite run``: serve a config in the foreground."""

import os
import sys

import click

from caddylite.cli import _configs


@click.command()
@_configs.config_options
@_configs.pass_over_arguments
@click.option("-e", "--environ", is_flag=True, help="Print environment")
@click.option("--pidfile", default="", help="Path of file to which to write process ID")
@click.option("-w", "--watch", is_flag=True, help="Reload the config file when it changes")
def command(
    config: str,
    adapter: str,
    envfile: tuple[str, ...],
    environ: bool,
    pidfile: str,
    watch: bool,
) -> None:
    """Run a config until SIGINT or SIGTERM."""
    from caddylite.runtime.run import run

    source = _configs.load_source(config, adapter, envfile)
    if environ:
        _print_environment()
    compiled = _configs.compile_source(source)
    read = _configs.reader(config, adapter)
    sys.exit(run(compiled, source, pidfile=pidfile, watch=watch, read=read))


def _print_environment() -> None:
    click.echo(f"os.Getwd={os.getcwd()}\n")
    for key, value in os.environ.items():
        click.echo(f"{key}={value}")

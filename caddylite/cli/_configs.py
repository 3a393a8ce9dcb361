"""Finding and reading the config a command is about."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from caddylite.cli import _envfile, _report
from caddylite.cli._input import find, read
from caddylite.errors import ConfigError
from caddylite.notices import collect

if TYPE_CHECKING:
    from caddylite.caddy.config import Config
    from caddylite.testing.lab import Lab

F = TypeVar("F", bound=Callable[..., Any])


def config_options(command: F) -> F:
    """Give a command Caddy's ``--config``, ``--adapter`` and ``--envfile``."""
    for option in (
        click.option("--envfile", multiple=True, help="Environment file(s) to load"),
        click.option("-a", "--adapter", default="", help="Name of config adapter to apply"),
        click.option("-c", "--config", default="", help="Configuration file (- is stdin)"),
    ):
        command = option(command)
    return command


def pass_over_arguments(command: F) -> F:
    """Take arguments that mean nothing, as Caddy does; but say so."""

    def tell(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> None:
        if value:
            words = f"nothing is done with {' '.join(value)}"
            _report.log("warn", words, "caddylite", hint="a config is named with --config")

    argument = click.argument("unused", nargs=-1, expose_value=False, callback=tell)
    return argument(command)


@dataclass(slots=True)
class Source:
    """A config as text: where it came from and how it is to be read."""

    file: str
    text: str
    adapter: str  # "caddyfile", or "" for JSON


def is_caddyfile(path: str, adapter: str) -> bool:
    """Is the file to be read as a Caddyfile? Caddy's rule: by adapter, else by its name."""
    if adapter:
        return adapter == "caddyfile"
    name = Path(path).name.lower()
    if name.endswith(".json"):
        return False
    return name.startswith("caddyfile") or name.endswith(".caddyfile")


def load_source(
    config: str, adapter: str, envfile: tuple[str, ...], quiet: bool = False
) -> Source:
    """Find and read a config, as ``run`` and ``validate`` do."""
    _envfile.load(envfile)
    path = find(config, quiet)
    text = read(path, "reading config from stdin" if path == "-" else "reading config from file")
    if not quiet and path == "-":
        _report.log("info", "using config from stdin")
    elif not quiet:
        _report.log("info", "using config from file", file=path)
    if adapter not in ("", "caddyfile", "json"):
        raise ConfigError(f"unrecognized config adapter: {adapter}")
    return Source(path, text, "caddyfile" if is_caddyfile(path, adapter) else "")


def compile_source(source: Source, quiet: bool = False) -> "Config":
    """Compile a config of either language; warnings go to the log."""
    from caddylite.adapt.compile import from_caddyfile, from_json

    if not source.adapter:
        return from_json(source.text, source.file)
    with collect() as notices:
        try:
            config, warnings = from_caddyfile(source.text, source.file)
        except ConfigError as e:
            for notice in () if quiet else notices:
                _report.log(notice.level, notice.message, notice.logger, **notice.fields)
            raise e.wrap("adapting config using caddyfile: ") from None
    if quiet:
        return config
    for remark in warnings:
        if not remark.placed:
            _report.log("warn", remark.text, remark.logger, **remark.fields)
    _report.log("info", "adapted config to JSON", adapter="caddyfile")
    for warning in warnings:
        if warning.placed:
            place: dict[str, Any] = {"file": warning.file, "line": warning.line}
            _report.log("warn", warning.text, adapter="caddyfile", **place)
    return config


def reader(config: str, adapter: str) -> "Callable[[], tuple[Config, Source, set[str]]] | None":
    """Return what reads and compiles a config's file anew; None for stdin.

    It returns the config, its source, and the files and folders that were imported.
    """
    path = find(config, quiet=True)
    if path == "-":
        return None

    def again() -> "tuple[Config, Source, set[str]]":
        from caddylite.caddyfile.files import asked_for

        with asked_for() as files:
            source = load_source(path, adapter, (), quiet=True)
            return compile_source(source, quiet=True), source, files

    return again


def lab_of(source: Source) -> "Lab":
    """Put a config up for questions, with the places of its parts."""
    from caddylite import sources
    from caddylite.testing.lab import Lab
    from caddylite.testing.source_map import JsonSources

    with sources.collect() as places:
        config = compile_source(source, quiet=True)
    known = places if source.adapter else JsonSources(config, source.text, source.file)
    return Lab(config, known, source.file)

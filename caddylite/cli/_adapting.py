"""What ``caddylite adapt`` does. (No click here: a small file must not wait for it.)"""

import sys
from typing import TYPE_CHECKING, Any

from caddylite import opt_in
from caddylite.cli import _input, _report
from caddylite.errors import ConfigError
from caddylite.notices import collect

if TYPE_CHECKING:
    from caddylite.adapt.warnings import Warning_
    from caddylite.caddy.config import Config

_VALUES = {"-c": "config", "--config": "config", "-a": "adapter", "--adapter": "adapter"}
_FLAGS = {"-p": "pretty", "--pretty": "pretty"}


def plain_flags(argv: list[str]) -> dict[str, Any] | None:
    """Read the flags most people use; None if there is anything else, which click reads."""
    out: dict[str, Any] = {}
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _VALUES:
            given = value if equals else next(words, None)
            if given is None:
                return None
            out[_VALUES[name]] = given
        elif word in _FLAGS:
            out[_FLAGS[word]] = True
        elif name == "--pretty" and value in ("true", "false"):
            out["pretty"] = value == "true"
        else:
            return None
    return out


def adapt(
    config: str = "",
    adapter: str = "caddyfile",
    pretty: bool = False,
    validate: bool = False,
    envfile: tuple[str, ...] = (),
    plugins: tuple[str, ...] = (),
) -> None:
    """Adapt a configuration to Caddy's JSON: the text that Caddy 2.11.7 prints."""
    from caddylite import gojson
    from caddylite.encoding import to_plain

    path = _input.find(config)
    if envfile:
        from caddylite.cli import _envfile

        _envfile.load(envfile)
    text = _input.read(path, "reading input file")
    if plugins:
        opt_in.enable(plugins)
    compiled, warnings = _compiled(text, path, adapter)
    plain = gojson.dumps(to_plain(compiled), pretty)
    sys.stdout.buffer.write(plain.encode("utf-8", "surrogateescape") + b"\n")
    sys.stdout.buffer.flush()
    for warning in warnings:
        place = {"file": warning.file, "line": warning.line} if warning.placed else {}
        _report.log("warn", warning.text, warning.logger, **place, **warning.fields)
    if {"layer4", "http"} <= compiled.apps.keys():
        _warn_of_shared_addresses(compiled, text, path if adapter == "caddyfile" else "")
    if validate:
        _validate(compiled)


def _compiled(text: str, path: str, adapter: str) -> "tuple[Config, list[Warning_]]":
    from caddylite.adapt.compile import from_caddyfile, from_json

    if adapter == "json":
        return from_json(text, path), []
    if not adapter:
        raise ConfigError(
            "adapter name is required (use --adapt flag or leave unspecified for default)"
        )
    if adapter != "caddyfile":
        raise ConfigError(f"unrecognized config adapter: {adapter}")
    with collect() as notices:
        try:
            return from_caddyfile(text, path)
        except ConfigError as e:
            for notice in notices:
                _report.log(notice.level, notice.message, notice.logger, **notice.fields)
            e.hint = opt_in.hint_for(str(e)) or e.hint
            raise


def _validate(compiled: "Config") -> None:
    from caddylite.runtime.check import check

    try:
        check(compiled)
    except ConfigError as e:
        raise e.wrap("validation: ") from None


def _warn_of_shared_addresses(compiled: "Config", text: str, caddyfile: str) -> None:
    """Say what real Caddy does not: two apps on one address lose half of the connections."""
    from caddylite.adapt.ownership import conflicts
    from caddylite.caddyfile.parser import parse

    for conflict in conflicts(compiled, parse(text, caddyfile) if caddyfile else []):
        error = conflict.error()
        at = error.at
        where = {"file": at.file, "line": at.line} if at else {}
        _report.log("warn", str(error), "caddylite", hint=error.hint, **where)

"""Environment files (``--envfile``), in the syntax Caddy reads."""

import os
from collections.abc import Iterator
from pathlib import Path

from caddylite.errors import ConfigError, Span


def load(paths: tuple[str, ...]) -> None:
    """Put the variables of each file into the environment; what is set already stays.

    Several files may stand in one word, with commas between them.
    """
    for path in (one for given in paths for one in given.split(",")):
        try:
            text = Path(path).read_text()
        except OSError as e:
            raise ConfigError(
                f"loading additional environment variables: reading environment file: "
                f"open {path}: {_reason(e)}"
            ) from None
        try:
            values = parse(text, path)
        except ConfigError as e:
            raise e.wrap(
                "loading additional environment variables: parsing environment file: "
            ) from None
        for key, value in values.items():
            os.environ.setdefault(key, value)


def parse(text: str, file: str = ".env") -> dict[str, str]:
    """Read ``KEY=VALUE`` lines.

    ``#`` starts a comment, ``export`` before a key is passed over, a value in single or double
    quotes may go over several lines and hold the quote behind a backslash.
    """
    out: dict[str, str] = {}
    lines = iter(enumerate(text.splitlines(), 1))
    for number, full in lines:
        line = full.strip()
        if not line or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        at = Span(file, number)
        if not equals:
            raise _bad(f"can't parse line {number}; line should be in KEY=VALUE format", at)
        key = key.removeprefix("export ")
        if not key:
            raise _bad(f"missing or empty key on line {number}", at)
        if " " in key:
            raise _bad(f"invalid key on line {number}: contains whitespace: {key}", at)
        if value[:1] in (" ", "\t"):
            raise _bad(f"invalid value on line {number}: whitespace before value: '{value}'", at)
        value, comment, _ = value.partition("#")
        if comment:
            value = value.rstrip(" \t")
        if value[:1] in ('"', "'"):
            value = _quoted(value, line, lines)
        out[key] = value
    return out


def _quoted(value: str, line: str, lines: Iterator[tuple[int, str]]) -> str:
    quote = value[0]
    escaped = f"\\{quote}"
    while not line.endswith(quote) or line.endswith(escaped):
        value = value.replace(escaped, quote)
        _, more = next(lines, (0, None))
        if more is None:
            break
        line = more.replace(escaped, quote)
        value += f"\n{line}"
    return value.removeprefix(quote).removesuffix(quote)


def _bad(message: str, at: Span) -> ConfigError:
    return ConfigError(message, at).as_is()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()

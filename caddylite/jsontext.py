"""JSON configs as text: read as Go reads them, with a place for every complaint.

Python's own decoder does the reading. Only when there is something to complain of is the text read
again, by ``grammar/json.lark`` and the lexer here, for the place and for Go's wording.

A key that comes twice counts as last given; NaN and Infinity are refused; what is no character
(bytes that are not UTF-8, half a surrogate pair) becomes U+FFFD.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from caddylite.errors import ConfigError, Span
from caddylite.lalr import Unexpected
from caddylite.lalr import load as load_grammar

Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_HEX = re.compile(r"\\u[0-9a-fA-F]*")
_DIGITS = re.compile(r"[0-9]*")
_SIGNS = {
    "{": "LBRACE", "}": "_RBRACE", "[": "LBRACKET", "]": "_RBRACKET", ",": "_COMMA", ":": "_COLON"
}  # fmt: skip
_NAMES = {"t": "true", "f": "false", "n": "null"}
_SURROGATES = re.compile("[\ud800-\udfff]")
_HALF_PAIRS = re.compile(r"\\u[dD][89a-fA-F]")
_TOO_LARGE = "json: cannot unmarshal number into Go value of type float64"
_HUGE = re.compile(r"[0-9][eE]\+?[0-9]{3}|[0-9]{300}")


def load(text: str, file: str = "config.json") -> Any:
    """Read JSON text. ConfigError in Go's words, with the offset as Caddy gives it."""
    whole = _SURROGATES.sub("\ufffd", text) if not text.isascii() else text
    try:
        value = json.loads(whole, parse_constant=_refuse)
    except ValueError:
        raise _complaint(text, file) from None
    except RecursionError:
        raise ConfigError("exceeded max depth", Span(file, 1)).as_is() from None
    if _HALF_PAIRS.search(text):
        value = _whole_characters(value)
    if _HUGE.search(text):
        try:
            _check_numbers(value)
        except ConfigError as error:
            raise place(error, text, file) from None
    return value


_ID = re.compile(r',?[ \t\n\f\r]*"@id"[ \t\n\f\r]*:[ \t\n\f\r]*'
                 r'(?:-?[0-9]+(?:\.[0-9]+)?|"[^\n]*?")[ \t\n\f\r]*,?')  # fmt: skip
_NO_SPACE = re.compile(r"[^\n]")


def without_ids(text: str) -> str:
    """Blank out the ``"@id"`` fields, which name places of a config for the administration API.

    As Caddy does it: by their look, wherever they stand. What is left keeps its line and column.
    """

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        spaces = _NO_SPACE.sub(" ", found)
        both = found.startswith(",") and found.endswith(",")
        return f",{spaces[1:]}" if both else spaces

    return _ID.sub(blank, text)


def locate(text: str, path: Path, file: str = "config.json", key: bool = False) -> Span:
    """Say where in a JSON text a path leads: to the value, or to the ``key`` in front of it.

    A path that goes further than the text leads to the last place there is.
    """
    place = _parse(text)
    at = place.at
    for step in path:
        if step not in place.inside:
            break
        label, place = place.inside[step]
        at = label if key else place.at
    return _span(text, at, file)


def place(error: ConfigError, text: str, file: str = "config.json") -> ConfigError:
    """Give a complaint about a value read from this text (``error.path``) its place.

    Its words stay Caddy's, which name no line; the hint says path, line and column.
    """
    if error.at is not None:
        return error
    key = "unknown field" in error.message
    out = error.as_is()
    out.at = locate(text, error.path, file, key)
    where = ".".join(map(str, error.path))
    if where:
        where = f"in {where} (line {out.at.line}, column {out.at.column})"
    out.hint = "; ".join(filter(None, (where, error.hint)))
    return out


def _refuse(name: str) -> None:
    raise ValueError(name)


def _whole_characters(value: Any) -> Any:
    """Replace what is left of half surrogate pairs."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole_characters(v) for v in value]
    if isinstance(value, dict):
        return {_whole_characters(k): _whole_characters(v) for k, v in value.items()}
    return value


def _check_numbers(value: Any, path: Path = ()) -> None:
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise ConfigError(_TOO_LARGE, path=path)
    items = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else items:
        _check_numbers(inner, (*path, key))


# --- places


class _Place(NamedTuple):
    """Where a value begins, and for each thing inside it where its key and the thing are."""

    at: int
    inside: "dict[str | int, tuple[int, _Place]]"


@lru_cache(maxsize=2)  # many places of one text are asked for
def _parse(text: str) -> _Place:
    def scalar(start: int) -> _Place:
        return _Place(start, {})

    def pair(children: list[Any]) -> tuple[str, int, _Place]:
        start, value = children
        key, _ = _DECODER.raw_decode(text, start)
        return key, start, value if isinstance(value, _Place) else scalar(value)

    def object_(children: list[Any]) -> _Place:
        start, *pairs = children
        return _Place(start, {key: (at, value) for key, at, value in pairs})

    def array(children: list[Any]) -> _Place:
        start, *values = children
        places = [v if isinstance(v, _Place) else scalar(v) for v in values]
        return _Place(start, {i: (p.at, p) for i, p in enumerate(places)})

    def start(children: list[Any]) -> _Place:
        (value,) = children
        return value if isinstance(value, _Place) else scalar(value)

    actions = {"pair": pair, "object": object_, "array": array, "start": start}
    out: _Place = load_grammar("json").parse(_terminals(text), actions)
    return out


_DECODER = json.JSONDecoder()


def _span(text: str, offset: int, file: str) -> Span:
    starts = _line_starts(text)
    line = bisect_right(starts, offset)
    return Span(file, line, offset - starts[line - 1] + 1)


@lru_cache(maxsize=2)  # as above
def _line_starts(text: str) -> list[int]:
    return [0, *(newline.end() for newline in re.finditer("\n", text))]


# --- words


class _Broken(Exception):
    """Something is wrong inside a string, a number or a name: at which offset, and Go's words."""

    def __init__(self, offset: int, context: str) -> None:
        super().__init__(context)
        self.offset, self.context = offset, context


def _terminals(text: str) -> Iterator[tuple[str, int]]:
    """Cut a text into the grammar's terminals; the value of each is its offset.

    What is wrong inside a terminal is said after it has been handed out: if it does not belong
    there at all, the grammar says so first.
    """
    at = 0
    while (at := _after(_SPACE, text, at)) < len(text):
        char = text[at]
        start = at
        if char in _SIGNS:
            yield _SIGNS[char], start
            at += 1
        elif char == '"':
            yield "STRING", start
            at = _string_end(text, at)
        elif char in "-0123456789":
            yield "SCALAR", start
            at = _number_end(text, at)
        elif char in _NAMES:
            yield "SCALAR", start
            at = _name_end(text, at)
        else:
            yield "JUNK", start


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _string_end(text: str, at: int) -> int:
    end = _after(_STRING, text, at)
    if text[end : end + 1] == '"':
        return end + 1
    if text[end : end + 1] != "\\":
        raise _Broken(end, "in string literal")
    if text[end + 1 : end + 2] == "u":
        raise _Broken(_after(_HEX, text, end), "in \\u hexadecimal character escape")
    raise _Broken(end + 1, "in string escape code")


def _number_end(text: str, at: int) -> int:
    at += text[at] == "-"
    end = at + 1 if text[at : at + 1] == "0" else _digits(text, at, "in numeric literal")
    if text[end : end + 1] == ".":
        end = _digits(text, end + 1, "after decimal point in numeric literal")
    if text[end : end + 1] in ("e", "E"):
        end += 1
        end += text[end : end + 1] in ("+", "-")
        end = _digits(text, end, "in exponent of numeric literal")
    return end


def _digits(text: str, at: int, context: str) -> int:
    end = _after(_DIGITS, text, at)
    if end == at:
        raise _Broken(at, context)
    return end


def _name_end(text: str, at: int) -> int:
    name = _NAMES[text[at]]
    for offset, char in enumerate(name):
        if text[at + offset : at + offset + 1] != char:
            raise _Broken(at + offset, f"in literal {name} (expecting '{char}')")
    return at + len(name)


# --- complaints


def _complaint(text: str, file: str) -> ConfigError:
    """Say in Go's words what is wrong with a text that is not JSON."""
    try:
        _parse(text)
    except _Broken as broken:
        return _invalid(text, file, broken.offset, broken.context, True)
    except Unexpected as unexpected:
        at = len(text) if unexpected.terminal == "$END" else unexpected.value
        return _invalid(text, file, at, _context(unexpected.expected))
    return ConfigError(_TOO_LARGE)  # more digits than Python cares to read


def _context(expected: frozenset[str]) -> str:
    """Say where one is in a text, by what may follow there."""
    if "SCALAR" in expected:
        return "looking for beginning of value"
    if "STRING" in expected:
        return "looking for beginning of object key string"
    if "_COLON" in expected:
        return "after object key"
    if "_RBRACE" in expected:
        return "after object key:value pair"
    if "_RBRACKET" in expected:
        return "after array element"
    return "after top-level value"


def _invalid(text: str, file: str, at: int, context: str, broken: bool = False) -> ConfigError:
    offset = len(text[:at].encode("utf-8", "surrogateescape"))
    if at < len(text):
        message = f"invalid character {_quoted(text[at])} {context}"
        offset += 1
    elif broken and context != "in string literal":
        message = f"invalid character ' ' {context}"  # Go tries a blank at the end
    else:
        message = "unexpected end of JSON input"
    return ConfigError(
        f"{message}, at offset {offset}", _span(text, at, file), _hint(text, at, context)
    ).as_is()


def _quoted(char: str) -> str:
    """Quote the first byte of a character, which is what Go's scanner sees."""
    from caddylite.gonumbers import quote

    byte = chr(char.encode("utf-8", "surrogateescape")[0])
    if byte in "'\"":
        return r"'\''" if byte == "'" else "'\"'"
    return f"'{quote(byte)[1:-1]}'"


def _hint(text: str, at: int, context: str) -> str | None:
    before = text[:at].rstrip()[-1:]
    char = text[at : at + 1]
    if before == "," and char in ("}", "]"):
        return "JSON allows no comma after the last one"
    if char in ("/", "#"):
        return "JSON has no comments"
    if char == "'":
        return "JSON's strings stand in double quotes"
    if not char:
        return "something is not closed"
    if context.startswith("after object key:") or context == "after array element":
        return "is there a comma missing before this?"
    if at == 0:
        return "is this a Caddyfile? then say --adapter caddyfile"
    return None

"""Functions of strings: the standard ones and the library cel-go calls ``ext.Strings``.

Places and lengths count characters.
"""

from typing import Any, Final

from caddylite import regexps
from caddylite.cel.declarations import functions, generic
from caddylite.cel.problems import EvalError
from caddylite.cel.values import no_overload

_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TO_LOWER: Final = str.maketrans(_UPPER, _UPPER.lower())
_TO_UPPER: Final = str.maketrans(_UPPER.lower(), _UPPER)
#: What Go's TrimSpace takes off.
_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_ESCAPES: Final = str.maketrans(
    {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
     "\\": "\\\\", '"': '\\"'}
)  # fmt: skip


def _texts(*values: Any) -> None:
    if not all(isinstance(v, str) for v in values):
        raise no_overload()


def _contains(text: Any, part: Any) -> bool:
    _texts(text, part)
    return part in text


def _starts_with(text: Any, part: Any) -> bool:
    _texts(text, part)
    return bool(text.startswith(part))


def _ends_with(text: Any, part: Any) -> bool:
    _texts(text, part)
    return bool(text.endswith(part))


def matches(text: Any, pattern: Any) -> bool:
    """Search with a regular expression (RE2)."""
    _texts(text, pattern)
    try:
        return regexps.compile(pattern).matches(text)
    except ValueError as e:
        raise EvalError(str(e)) from None


def _out_of_range(index: int) -> EvalError:
    return EvalError(f"index out of range: {index}")


def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise _out_of_range(index)
    return text[index : index + 1]


def _index_of(text: str, part: str, start: int = 0) -> int:
    if start < 0:
        raise _out_of_range(start)
    if not part:
        return min(start, len(text))
    return text.find(part, start)


def _last_index_of(text: str, part: str) -> int:
    return text.rfind(part)


def _last_index_from(text: str, part: str, start: int) -> int:
    if start < 0:
        raise _out_of_range(start)
    if not part:
        return min(start, len(text))
    return text.rfind(part, 0, start + len(part)) if start < len(text) else -1


def _substring(text: str, start: int) -> str:
    if not 0 <= start <= len(text):
        raise _out_of_range(start)
    return text[start:]


def _substring_to(text: str, start: int, end: int) -> str:
    if start > end:
        raise EvalError(f"invalid substring range. start: {start}, end: {end}")
    for index in (start, end):
        if not 0 <= index <= len(text):
            raise _out_of_range(index)
    return text[start:end]


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    return text.replace(old, new, limit if limit < len(text) + 1 else -1)


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    cuts = limit - 1 if 0 < limit <= len(text) else -1
    if separator:
        return text.split(separator, cuts)
    return list(text) if cuts < 0 else [*text[:cuts], text[cuts:]]


def _join(parts: list[Any], separator: str = "") -> str:
    for part in parts:
        if not isinstance(part, str):
            raise EvalError(f"join: invalid input: {part}")
    return separator.join(parts)


TEXTS: Final = {
    **functions(
        ("charAt", "string.(int) -> string", _char_at),
        ("indexOf", "string.(string) -> int", _index_of),
        ("indexOf", "string.(string, int) -> int", _index_of),
        ("lastIndexOf", "string.(string) -> int", _last_index_of),
        ("lastIndexOf", "string.(string, int) -> int", _last_index_from),
        ("lowerAscii", "string.() -> string", lambda text: text.translate(_TO_LOWER)),
        ("upperAscii", "string.() -> string", lambda text: text.translate(_TO_UPPER)),
        ("replace", "string.(string, string) -> string", _replace),
        ("replace", "string.(string, string, int) -> string", _replace),
        ("split", "string.(string) -> list(string)", _split),
        ("split", "string.(string, int) -> list(string)", _split),
        ("substring", "string.(int) -> string", _substring),
        ("substring", "string.(int, int) -> string", _substring_to),
        ("trim", "string.() -> string", lambda text: text.strip(_SPACE)),
        ("strings.quote", "(string) -> string", lambda text: f'"{text.translate(_ESCAPES)}"'),
        ("join", "list(string).() -> string", _join),
        ("join", "list(string).(string) -> string", _join),
        ("reverse", "string.() -> string", lambda text: text[::-1]),
    ),
    "contains": generic(_contains, "string.(string) -> bool"),
    "endsWith": generic(_ends_with, "string.(string) -> bool"),
    "startsWith": generic(_starts_with, "string.(string) -> bool"),
    "matches": generic(matches, "(string, string) -> bool", "string.(string) -> bool"),
}

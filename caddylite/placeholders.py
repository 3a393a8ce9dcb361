"""Placeholders: ``{name}`` in config values, replaced when the value is used.

The rules are those of Caddy's Replacer (Caddy docs, "Conventions: Placeholders"): a name runs
from an opening brace to the first closing brace that has no backslash before it; ``\\{`` and
``\\}`` are plain braces; a brace that is never closed is plain text. What a replacement brings in
is never looked at again, so a client's bytes cannot name another placeholder.

Values are looked up by a function ``name -> value`` that answers :data:`UNKNOWN` for a name it
does not know. An empty value is known.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from caddylite.gotext import to_string

__all__ = [
    "GLOBALS",
    "UNKNOWN",
    "Globals",
    "Lookup",
    "PlaceholderError",
    "Template",
    "chain",
    "compile",
    "replace_all",
    "replace_known",
    "replace_or_err",
    "to_string",
]

#: Answers a placeholder's name (without braces) with its value, or UNKNOWN.
Lookup = Callable[[str], Any]

_FILE_LIMIT = 1 << 20
_MAX_UNCLOSED = 100


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


#: What a Lookup says of a name it does not know.
UNKNOWN: Final = _Unknown()


class PlaceholderError(ValueError):
    """A placeholder that must have a value has none; the words are Caddy's."""


class Template:
    """A value with its placeholders found once; expanded as often as needed.

    ``constant`` tells that there is none, so ``literal`` is the answer; ``names`` are the names in
    it, in order.
    """

    __slots__ = ("_broken", "_nested", "_parts", "_tail", "constant", "literal", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._broken = False
        self._parts: list[tuple[str, str]] = []
        self._tail = text
        if "{" in text or "}" in text:
            self._cut()
        self.names = tuple(name for _, name in self._parts)
        self.constant = not self._parts
        self.literal = self._tail if self.constant else ""
        # A name left as it stands is read again from its second character on.
        self._nested = any("{" in n or "\\}" in n for n in self.names)

    def __repr__(self) -> str:
        return f"Template({self.text!r})"

    def _cut(self) -> None:
        parts: list[tuple[str, str]] = []

        def note(before: str, name: str) -> str:
            parts.append((before, name))
            return ""

        try:
            self._tail = _walk(self.text, note)
        except PlaceholderError:
            self._broken, self._tail = True, ""
            return
        self._parts = parts

    def expand(self, lookup: Lookup, empty: str = "") -> str:
        """Replace every placeholder, unknown and empty ones by ``empty`` (Caddy's ReplaceAll)."""
        if self.constant:
            return self.literal
        out = []
        for before, name in self._parts:
            value = lookup(name)
            out.append(before)
            out.append((to_string(value) if value is not UNKNOWN else "") or empty)
        out.append(self._tail)
        return "".join(out)

    def expand_known(self, lookup: Lookup, empty: str = "") -> str:
        """Replace what is known and leave the rest as it stands (ReplaceKnown)."""
        if self.constant:
            return self.literal
        if self._nested:
            return _known(self.text, lookup, empty)
        out = []
        for before, name in self._parts:
            value = lookup(name)
            out.append(before)
            out.append("{" + name + "}" if value is UNKNOWN else to_string(value) or empty)
        out.append(self._tail)
        return "".join(out)

    def expand_or_err(self, lookup: Lookup, on_empty: bool = True, on_unknown: bool = True) -> str:
        """Replace all, or raise PlaceholderError for one without a value (ReplaceOrErr)."""
        if self._broken:
            raise PlaceholderError("too many unclosed placeholders")

        def strict(name: str) -> Any:
            value = lookup(name)
            if value is UNKNOWN and on_unknown:
                raise PlaceholderError(f"unrecognized placeholder {{{name}}}")
            if on_empty and value is not UNKNOWN and to_string(value) == "":
                raise PlaceholderError(f"evaluated placeholder {{{name}}} is empty")
            return value

        return self.expand(strict) if on_unknown else self.expand_known(strict)


def _walk(text: str, replace: Callable[[str, str], str | None]) -> str:
    """Go over the placeholders of a text; return what follows the last.

    ``replace(before, name)`` gets the text since the one before; None means that this one is to
    stay as it stands (then its text turns up in the next ``before``).
    """
    pending: list[str] = []
    at = written = unclosed = 0
    size = len(text)
    while at < size:
        char = text[at]
        if char in "{}" and at and text[at - 1] == "\\":
            pending.append(text[written : at - 1])
            written = at
            at += 1
            continue
        if char != "{":
            at += 1
            continue
        if unclosed > _MAX_UNCLOSED:
            raise PlaceholderError("too many unclosed placeholders")
        end = _close(text, at)
        if end < 0:
            unclosed += 1
            at += 1
            continue
        pending.append(text[written:at])
        written = at
        if replace("".join(pending), text[at + 1 : end]) is None:
            pending.clear()
            at += 1
            continue
        pending.clear()
        at = written = end + 1
    return "".join([*pending, text[written:]])


def _close(text: str, at: int) -> int:
    """Find the closing brace for the opening one at ``at``; -1 if there is none."""
    end = text.find("}", at)
    last = len(text) - 1
    while 0 < end < last and text[end - 1] == "\\":
        end = text.find("}", end + 1)
    return end


def _known(text: str, lookup: Lookup, empty: str) -> str:
    out: list[str] = []

    def put(before: str, name: str) -> str | None:
        value = lookup(name)
        out.append(before)
        if value is UNKNOWN:
            return None
        out.append(to_string(value) or empty)
        return ""

    tail = _walk(text, put)
    return "".join([*out, tail])


@lru_cache(maxsize=4096)
def compile(text: str) -> Template:  # noqa: A001 - as in re.compile
    """Find the placeholders of a text; the same text gives the same Template."""
    return Template(text)


def chain(*lookups: Lookup) -> Lookup:
    """Ask several lookups in turn; the first that knows the name answers."""

    def ask(name: str) -> Any:
        for lookup in lookups:
            value = lookup(name)
            if value is not UNKNOWN:
                return value
        return UNKNOWN

    return ask


class Globals:
    """The names known everywhere: ``env.*``, ``file.*``, ``system.*``, ``time.now*``.

    ``environ`` and ``now`` are arguments, so that tests and other houses bring their own. Calling
    the object looks a name up.
    """

    __slots__ = ("_environ", "_now")

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._now = now or (lambda: datetime.now(UTC).astimezone())

    def __call__(self, name: str) -> Any:
        """Look a name up."""
        family, dot, rest = name.partition(".")
        if not dot:
            return UNKNOWN
        if family == "env":
            return self._environ.get(rest, "")
        if family == "file":
            return _file(rest)
        if family == "system":
            return _system(rest)
        if family == "time" and (rest == "now" or rest.startswith("now.")):
            return self._time(rest[4:])
        return UNKNOWN

    def _time(self, form: str) -> Any:
        now = self._now()
        match form:
            case "":
                return now
            case "http":
                return http_date(now)
            case "common_log":
                return f"{now:%d}/{_MONTHS[now.month - 1]}/{now:%Y:%H:%M:%S %z}"
            case "year":
                return str(now.year)
            case "unix":
                return str(int(now.timestamp()))
            case "unix_ms":
                return str(int(now.timestamp() * 1000))
        return UNKNOWN


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def http_date(moment: datetime) -> str:
    """Write a date as HTTP does (RFC 9110, 5.6.7), whatever the locale."""
    utc = moment.astimezone(UTC)
    month = _MONTHS[utc.month - 1]
    return f"{_DAYS[utc.weekday()]}, {utc:%d} {month} {utc:%Y %H:%M:%S} GMT"


def _file(path: str) -> str:
    """Read a file (1 MiB at most) without the line end it closes with; "" if that fails."""
    try:
        with open(path, "rb") as f:
            body = f.read(_FILE_LIMIT)
    except (OSError, ValueError):
        return ""
    return body.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")


def _system(name: str) -> Any:
    match name:
        case "hostname":
            import socket

            return socket.gethostname()
        case "slash":
            return os.sep
        case "os":
            import sys

            return {"win32": "windows"}.get(sys.platform, sys.platform)
        case "wd":
            try:
                return os.getcwd()
            except OSError:
                return ""
        case "arch":
            return _ARCH.get(os.uname().machine, os.uname().machine)
    return UNKNOWN


_ARCH = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386", "armv7l": "arm"}

#: The global names of this process.
GLOBALS: Final = Globals()


def replace_all(text: str, lookup: Lookup = GLOBALS, empty: str = "") -> str:
    """Caddy's ReplaceAll: unknown placeholders vanish (or become ``empty``)."""
    return compile(text).expand(lookup, empty)


def replace_known(text: str, lookup: Lookup = GLOBALS, empty: str = "") -> str:
    """Caddy's ReplaceKnown: unknown placeholders stay as they are."""
    return compile(text).expand_known(lookup, empty)


def replace_or_err(
    text: str, lookup: Lookup = GLOBALS, on_empty: bool = True, on_unknown: bool = True
) -> str:
    """Caddy's ReplaceOrErr: raise PlaceholderError for a placeholder without a value."""
    return compile(text).expand_or_err(lookup, on_empty, on_unknown)

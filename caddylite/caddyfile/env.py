"""Environment variables in a Caddyfile: a plain text pass before anything else is looked at.

Syntax::

    {$NAME}
    {$NAME:default}

The value goes in as it stands: it may hold several words, braces, whole directives. It is not
looked through for further variables. An unset variable without a default is an empty text.
"""

from bisect import bisect_right
from collections.abc import Mapping

import msgspec


class Expanded(msgspec.Struct):
    """A text with its variables filled in, and where each of them stood.

    ``starts[i]`` and ``ends[i]`` are the offsets of the i-th value in ``text``, ``shifts[i]`` how
    many characters more (or less) the file has than ``text`` up to the end of that value.
    """

    text: str
    starts: list[int] = []
    ends: list[int] = []
    shifts: list[int] = []

    def shift(self, offset: int) -> int:
        """Return what to add to an offset in ``text`` to get the offset in the file.

        All of a value stands where its variable does.
        """
        i = bisect_right(self.ends, offset)
        shift = self.shifts[i - 1] if i else 0
        if i < len(self.starts) and self.starts[i] <= offset:
            shift += self.starts[i] - offset
        return shift


def expand(text: str, environ: Mapping[str, str]) -> Expanded:
    """Fill in the environment variables."""
    begin = text.find("{$")
    if begin < 0:
        return Expanded(text)
    out = Expanded("")
    pieces: list[str] = []
    done = length = shift = 0
    while begin >= 0 and (end := text.find("}", begin + 2)) >= 0:
        if end > begin + 2:
            value = _value(text[begin + 2 : end], environ)
            pieces += text[done:begin], value
            length += begin - done
            shift += end + 1 - begin - len(value)
            out.starts.append(length)
            length += len(value)
            out.ends.append(length)
            out.shifts.append(shift)
            done = end + 1
        begin = text.find("{$", end + 1)
    pieces.append(text[done:])
    out.text = _rejoined("".join(pieces))
    return out


def _rejoined(text: str) -> str:
    """Let bytes that have come to stand together be the character that they are."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # not from bytes
        return text


def unset(text: str, environ: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return the variables that are not set and have no default, each with its line.

    They leave nothing behind, which is seldom meant: ``{$DOMAIN} {`` becomes a block of global
    options. For hints.
    """
    out = []
    begin = text.find("{$")
    while begin >= 0 and (end := text.find("}", begin + 2)) >= 0:
        name = text[begin + 2 : end]
        if name and ":" not in name and not _is_set(name, environ):
            out.append((name, text.count("\n", 0, begin) + 1))
        begin = text.find("{$", end + 1)
    return out


def _is_set(name: str, environ: Mapping[str, str]) -> bool:
    try:
        return name in environ
    except UnicodeEncodeError:
        return False


def _value(reference: str, environ: Mapping[str, str]) -> str:
    name, _, default = reference.partition(":")
    try:
        return environ.get(name, default)
    except UnicodeEncodeError:  # os.environ refuses what no variable can be called
        return default

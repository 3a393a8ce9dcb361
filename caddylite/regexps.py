"""Regular expressions with Go's syntax, in linear time, by google-re2 (Go's own is its twin).

re2 is imported when the first expression is compiled.
"""

import re
from functools import lru_cache
from typing import Any

#: What RE2 says, and what Go says of the same mistake.
_WORDS = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid repetition size": "invalid repeat count",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
}
#: Bytes that are not UTF-8, as ``surrogateescape`` leaves them; Go sees U+FFFD for each.
_INVALID = {0xDC80 + i: "\N{REPLACEMENT CHARACTER}" for i in range(128)}

#: A group in a replacement's template.
_TEMPLATE = re.compile(r"\$\$|\$(?:\{([^\W]+)\}|(\w+))")


class Regexp:
    """A compiled expression; ``names`` are the names of its groups by number."""

    __slots__ = ("_compiled", "names", "pattern")

    def __init__(self, pattern: str) -> None:
        import re2

        options = re2.Options()
        options.log_errors = False
        try:
            if "\\C" in pattern.replace("\\\\", ""):
                raise ValueError("error parsing regexp: invalid escape sequence: `\\C`")
            self._compiled: Any = re2.compile(pattern, options)
        except re2.error as e:
            raise ValueError(_go_words(e)) from None
        self.pattern = pattern
        self.names: dict[int, str] = {n: name for name, n in self._compiled.groupindex.items()}

    def matches(self, text: str | bytes) -> bool:
        """Is there a match anywhere in the text?"""
        return self._compiled.search(_readable(text)) is not None

    def groups(self, text: str | bytes) -> list[str] | None:
        """Return the first match and its groups (``""`` for one that took no part), or None."""
        found = self._compiled.search(_readable(text))
        if found is None:
            return None
        return [found.group(), *(group or "" for group in found.groups())]

    def replace(self, text: str, template: str) -> str:
        """Replace every match; ``$1``, ``$name`` and ``${name}`` in the template are its groups.

        ``$$`` is a dollar sign; a name runs as far as it can; an unknown one is empty (Go's
        ``Regexp.Expand``).
        """
        text = _readable(text)
        out: list[str] = []
        end = 0
        for found in self._compiled.finditer(text):
            start, stop = found.span()
            if start == stop == end and out:
                continue  # Go takes no empty match right behind another match
            out.append(text[end:start])
            out.append(_TEMPLATE.sub(lambda ref: self._group(found, ref), template))  # noqa: B023
            end = stop
        out.append(text[end:])
        return "".join(out)

    def first(self, text: str, template: str) -> str | None:
        """Return the template filled with the first match's groups, None if there is none."""
        found = self._compiled.search(_readable(text))
        if found is None:
            return None
        return _TEMPLATE.sub(lambda ref: self._group(found, ref), template)

    def _group(self, found: Any, reference: re.Match[str]) -> str:
        if reference[0] == "$$":
            return "$"
        name = reference[1] or reference[2]
        if name.isdecimal():
            number = int(name)
            return (found.group(number) or "") if number <= self._compiled.groups else ""
        return (found.group(name) or "") if name in self.names.values() else ""

    def capture(self, text: str | bytes, into: dict[str, Any], prefix: str, name: str) -> bool:
        """Match, and set the groups as placeholders.

        ``prefix`` ends in a dot. Each group is set by number and by name, and both once more
        behind the expression's own ``name``, if it has one.
        """
        groups = self.groups(text)
        if groups is None:
            return False
        for number, value in enumerate(groups):
            keys = [str(number)]
            if number in self.names:
                keys.append(self.names[number])
            for key in keys:
                into[prefix + key] = value
                if name:
                    into[f"{prefix}{name}.{key}"] = value
        return True


def _readable(text: str | bytes) -> str:
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    return text if text.isascii() else text.translate(_INVALID)


def is_word_like(name: str) -> bool:
    r"""Does Caddy take this as an expression's name (is there any ``\w`` in it)?"""
    return any(c.isascii() and (c.isalnum() or c == "_") for c in name)


@lru_cache(maxsize=1024)
def compile(pattern: str) -> Regexp:  # noqa: A001 - as in re.compile
    """Compile an expression; ValueError, in Go's words, if it cannot be."""
    return Regexp(pattern)


def _go_words(error: Exception) -> str:
    said = error.args[0]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if text == "trailing \\":
        return "error parsing regexp: trailing backslash at end of expression: ``"
    what, _, where = text.partition(": ")
    return f"error parsing regexp: {_WORDS.get(what, what)}: `{where}`"

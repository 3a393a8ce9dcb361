"""Patterns to tokens (the standard's section 2.1)."""

from collections.abc import Iterator
from typing import Final, NamedTuple

#: The kinds of token that are one character and mean something.
_SPECIAL: Final = {"*": "asterisk", "+": "modifier", "?": "modifier", "{": "open", "}": "close"}


class Token(NamedTuple):
    """A token: what it is, where it begins in the pattern, its text without marks."""

    kind: str
    place: int
    value: str


class Malformed(ValueError):
    """The pattern is no pattern."""


def tokenize(pattern: str, lenient: bool = False) -> list[Token]:
    """Cut a pattern; what is malformed raises Malformed, or (lenient) is a token ``invalid``."""
    return [*_tokens(pattern, lenient), Token("end", len(pattern), "")]


def _tokens(pattern: str, lenient: bool) -> Iterator[Token]:
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char in _SPECIAL:
            yield Token(_SPECIAL[char], at, char)
            at += 1
        elif char not in "\\:(":
            yield Token("char", at, char)
            at += 1
        else:
            end = {"\\": _escaped_end, ":": _name_end, "(": _regexp_end}[char](pattern, at)
            if end is not None:
                inner = pattern[at + 1 : end - (char == "(")]
                yield Token({"\\": "escaped", ":": "name", "(": "regexp"}[char], at, inner)
                at = end
            elif lenient:
                yield Token("invalid", at, char)
                at += 1
            else:
                raise Malformed(f"unexpected {char!r} at {at} in {pattern!r}")


def _escaped_end(pattern: str, at: int) -> int | None:
    return at + 2 if at + 1 < len(pattern) else None


def _name_end(pattern: str, at: int) -> int | None:
    end = at + 1
    while end < len(pattern) and _in_name(pattern[end], first=end == at + 1):
        end += 1
    return end if end > at + 1 else None


def _in_name(char: str, first: bool) -> bool:
    return char == "$" or (char if first else f"a{char}").isidentifier()


def _regexp_end(pattern: str, at: int) -> int | None:
    """Find where a group's expression ends; it may hold groups, but none that capture."""
    depth, end = 1, at + 1
    while end < len(pattern):
        char = pattern[end]
        if not char.isascii() or (end == at + 1 and char == "?"):
            return None
        if char == "\\":
            if end + 1 >= len(pattern) or not pattern[end + 1].isascii():
                return None
            end += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return end + 1 if end > at + 1 else None
        elif char == "(":
            if pattern[end + 1 : end + 2] != "?":
                return None
            depth += 1
        end += 1
    return None

r"""Go's ``path.Match`` patterns: ``*`` and ``?`` stop at slashes; ``[a-z]``; ``[^x]``; ``\*``."""

import re
from collections.abc import Callable
from functools import lru_cache


class _BadPattern(ValueError):
    """The pattern is malformed; Go then says that nothing matches."""


def _never(text: str) -> bool:
    return False


@lru_cache(maxsize=4096)
def glob(pattern: str) -> Callable[[str], bool]:
    """Return a test for whole strings; a malformed pattern matches nothing."""
    if not any(c in pattern for c in "*?[\\"):
        return pattern.__eq__
    try:
        matches = re.compile(_translate(pattern), re.DOTALL).fullmatch
    except _BadPattern:
        return _never
    return lambda text: matches(text) is not None


def is_glob(text: str) -> bool:
    """Has it a character that means something in a pattern?"""
    return any(c in text for c in "*?[\\")


def _translate(pattern: str) -> str:
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            text, at = _character_class(pattern, at + 1)
            out.append(text)
            continue
        elif char == "\\":
            at += 1
            if at == len(pattern):
                raise _BadPattern(pattern)
            out.append(re.escape(pattern[at]))
        else:
            out.append(re.escape(char))
        at += 1
    return "".join(out)


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    """Translate a class whose first character is at ``at``; return it and where it ends."""
    negated = pattern[at : at + 1] == "^"
    at += negated
    ranges, count = "", 0
    while not (count and pattern[at : at + 1] == "]"):
        low, at = _member(pattern, at)
        high = low
        if pattern[at : at + 1] == "-":
            high, at = _member(pattern, at + 1)
        count += 1
        if low <= high:
            ranges += f"{re.escape(low)}-{re.escape(high)}"
    if not ranges:
        return ("." if negated else "(?!)"), at + 1
    return f"[{'^' * negated}{ranges}]", at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    char = pattern[at : at + 1]
    if char in ("", "-", "]"):
        raise _BadPattern(pattern)
    if char == "\\":
        at += 1
        char = pattern[at : at + 1]
    if not char or at + 1 >= len(pattern):
        raise _BadPattern(pattern)
    return char, at + 1

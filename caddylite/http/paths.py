"""URL paths: cleaning, and comparing them with the patterns of the ``path`` matcher.

The rules are those of https://caddyserver.com/docs/caddyfile/matchers#path: exact unless there is
a ``*``; without regard to case; in decoded form, except where the pattern itself has a ``%``.
"""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

from caddylite.http.globs import glob

#: Compares a request's path (decoded, and as it came) with a pattern.
PathTest = Callable[[str, str], bool]

_GAP = "\udcff"  # cannot be in a path that was decoded from UTF-8, nor be a path segment


def clean(path: str, merge_slashes: bool = True) -> str:
    """Resolve ``.`` and ``..`` and (if wanted) merge slashes; a slash at the end stays."""
    if "//" not in path and "/." not in path and path.startswith("/"):
        return path
    if merge_slashes:
        return _clean(path)
    while "//" in path:
        path = path.replace("//", f"/{_GAP}/")
    return _clean(path).replace(_GAP, "")


def _clean(path: str) -> str:
    rooted = path.startswith("/")
    kept: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            kept.append(part)
        elif kept and kept[-1] != "..":
            kept.pop()
        elif not rooted:
            kept.append(part)
    cleaned = "/" * rooted + "/".join(kept)
    if not cleaned:
        cleaned = "."
    return cleaned + "/" if path.endswith("/") and cleaned != "/" else cleaned


@lru_cache(maxsize=8192)
def path_test(pattern: str) -> PathTest:
    """Return the test for one pattern (in lower case, placeholders expanded)."""
    if pattern == "*":
        return lambda path, raw: True
    merge = "//" not in pattern
    if "%" in pattern:
        return lambda path, raw: _matches_escaped(pattern, clean(raw, merge).lower())
    compare = _comparison(pattern)
    return lambda path, raw: compare(clean(path.lower(), merge))


def _comparison(pattern: str) -> Callable[[str], bool]:
    stars = pattern.count("*")
    if stars == 2 and pattern.startswith("*") and pattern.endswith("*"):
        middle = pattern[1:-1]
        return lambda path: middle in path
    if stars == 1 and pattern.startswith("*"):
        ending = pattern[1:]
        return lambda path: path.endswith(ending)
    if stars == 1 and pattern.endswith("*"):
        beginning = pattern[:-1]
        return lambda path: path.startswith(beginning)
    return glob(pattern)


def _matches_escaped(pattern: str, raw: str) -> bool:
    """Compare where the pattern has ``%``: escapes as they are, the rest decoded.

    The path is decoded piece by piece along the pattern, except for the pieces that stand against
    an escape (``%2f``) or the raw wildcard (``%*``) of the pattern.
    """
    mixed = _decoded_along(_octets(pattern), _octets(raw))
    if mixed is None:
        return False
    decoded = mixed.encode("latin-1").decode("utf-8", "surrogateescape")
    return glob(pattern.replace("%*", "*"))(decoded.lower())


def _octets(text: str) -> str:
    """Return a character for each byte: an escape stands for a byte, not for a character."""
    return text if text.isascii() else text.encode(errors="surrogateescape").decode("latin-1")


def _decoded_along(pattern: str, raw: str) -> str | None:
    out: list[str] = []
    at = behind = 0  # in the pattern; in the path
    while at < len(pattern) and behind < len(raw):
        escape = _escape_at(raw, behind)
        if pattern[at] == "%" and pattern[at + 1 : at + 2] != "*" and len(pattern) >= at + 3:
            out.append(escape)
            behind += len(escape) or 1
            at += 3
        elif pattern[at] in "%*":
            at += pattern[at] == "%"
            # a wildcard begins behind the escape's first two characters, should it meet one
            start = behind + (2 if escape else 0)
            end = raw.find(pattern[at + 1], start) if at + 1 < len(pattern) else len(raw)
            if end < 0:
                return None
            span = raw[start:end]
            out.append(span if pattern[at - 1 : at] == "%" else _decode(span))
            behind, at = end, at + 1
        else:
            out.append(_decode(escape) if escape else raw[behind])
            behind += len(escape) or 1
            at += 1
    if behind < len(raw):
        out.append(_decode(raw[behind:]))
    return "".join(out)


def _decode(text: str) -> str:
    return unquote(text, encoding="latin-1")


def _escape_at(raw: str, at: int) -> str:
    return raw[at : at + 3] if raw[at] == "%" and at + 3 <= len(raw) else ""

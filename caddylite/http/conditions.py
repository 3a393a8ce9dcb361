"""Conditional and range requests (RFC 9110, sections 13 and 14; pure).

What the standard leaves open is decided as Go's ``http.ServeContent`` does.
"""

import re
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

from caddylite.http.request import Headers

_ETAG: Final = re.compile(r'(?:W/)?"[^\x00-\x20"\x7f]*"')
_MONTHS: Final = tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())  # noqa: SIM905
_RFC1123: Final = re.compile(r"\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)
_RFC850: Final = re.compile(r"\w{6,9}, (\d\d)-(\w{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)
_ASCTIME: Final = re.compile(r"\w{3} (\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a content, in bytes."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """Return the Content-Range field's value."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


class BadRange(Exception):
    """The Range field cannot be met; ``overlaps`` is False where it lies beyond the content."""

    def __init__(self, message: str, overlaps: bool = True) -> None:
        super().__init__(message)
        self.overlaps = overlaps


def http_date(seconds: float) -> str:
    """Write a time (seconds since the epoch) as HTTP does."""
    return formatdate(int(seconds), usegmt=True)


def parse_date(text: str) -> int | None:
    """Read a date in any of HTTP's three forms (RFC 9110, 5.6.7); None if it is none."""
    for form, order in ((_RFC1123, "dmyHMS"), (_RFC850, "dmyHMS"), (_ASCTIME, "mdHMSy")):
        found = form.fullmatch(text)
        if found is None:
            continue
        parts = dict(zip(order, found.groups(), strict=True))
        if parts["m"] not in _MONTHS:
            return None
        year = int(parts["y"])
        if form is _RFC850:
            year += 1900 if year >= 69 else 2000
        month = _MONTHS.index(parts["m"]) + 1
        clock = (int(parts["H"]), int(parts["M"]), int(parts["S"]))
        return timegm((year, month, int(parts["d"]), *clock, 0, 0, 0))
    return None


def check(method: str, wanted: Headers, etag: str, modified: float | None) -> int:
    """Evaluate the preconditions: 0 to go on, else 304 or 412.

    ``etag`` is the content's, empty if it has none; ``modified`` in seconds since the epoch.
    """
    if_match = wanted.get("If-Match")
    if if_match:
        if not _any_match(if_match, etag, weakly=False):
            return 412
    elif _modified_since(wanted.get("If-Unmodified-Since"), modified) is True:
        return 412
    if_none_match = wanted.get("If-None-Match")
    reads = method in ("GET", "HEAD")
    if if_none_match:
        if _any_match(if_none_match, etag, weakly=True):
            return 304 if reads else 412
    elif reads and _modified_since(wanted.get("If-Modified-Since"), modified) is False:
        return 304
    return 0


def _modified_since(date: str, modified: float | None) -> bool | None:
    """Is the content newer than a date? None where one of the two is not known."""
    if not date or modified is None:
        return None
    at = parse_date(date)
    return None if at is None else int(modified) > at


def _any_match(field: str, etag: str, weakly: bool) -> bool:
    for candidate in _etags(field):
        if candidate == "*":
            return True
        if weakly:
            if candidate.removeprefix("W/") == etag.removeprefix("W/"):
                return True
        elif candidate == etag and not candidate.startswith("W/"):
            return True
    return False


def _etags(field: str) -> Iterator[str]:
    at = 0
    while at < len(field):
        if field[at] in " \t,":
            at += 1
            continue
        if field[at] == "*":
            yield "*"
            return
        found = _ETAG.match(field, at)
        if found is None:
            return
        yield found[0]
        at = found.end()


def range_holds(wanted: Headers, etag: str, modified: float | None) -> bool:
    """Does ``If-Range`` (if there is one) allow an answer in parts?"""
    condition = wanted.get("If-Range")
    if not condition:
        return True
    if _ETAG.match(condition):
        return condition == etag and not condition.startswith("W/")
    at = parse_date(condition)
    return at is not None and modified is not None and int(modified) == at


def parse_range(field: str, size: int) -> list[Part]:
    """Read a Range field for a content of so many bytes; empty if it asks for all of it.

    BadRange if it is malformed or nothing of it is there.
    """
    if not field:
        return []
    if not field.startswith("bytes="):
        raise BadRange("invalid range")
    parts: list[Part] = []
    beyond = False
    for spec in field[6:].split(","):
        spec = spec.strip(" \t")
        if not spec:
            continue
        part = _part(spec, size)
        if part is None:
            beyond = True
        else:
            parts.append(part)
    if beyond and not parts:
        raise BadRange("invalid range: failed to overlap", overlaps=False)
    return parts


def _part(spec: str, size: int) -> Part | None:
    """Read one range; None if it begins behind the content."""
    start, dash, end = spec.partition("-")
    start, end = start.strip(" \t"), end.strip(" \t")
    if not dash or not all(t.isascii() and t.isdigit() for t in (start, end) if t):
        raise BadRange("invalid range")
    if not start:
        if not end:
            raise BadRange("invalid range")
        length = min(int(end), size)
        return Part(size - length, length)
    first = int(start)
    if first >= size:
        return None
    if not end:
        return Part(first, size - first)
    last = min(int(end), size - 1)
    if first > int(end):
        raise BadRange("invalid range")
    return Part(first, last - first + 1)

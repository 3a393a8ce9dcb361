"""Escaping of paths and queries, exactly as Go's ``net/url`` does it."""

import re
from typing import Final
from urllib.parse import quote, unquote

from caddylite.http.replacer import escape_query
from caddylite.http.request import Request

_PATH: Final = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@\[\]%/]*")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def escape_path(path: str) -> str:
    """Escape a path; slashes and what else may stand in one are left alone."""
    return quote(path, safe="$&+,/:;=@", errors="surrogateescape")


def escape_segment(text: str) -> str:
    """Escape a text that is to be one segment of a path (Go's ``PathEscape``)."""
    return quote(text, safe="$&+:=@", errors="surrogateescape")


def unescape_path(path: str) -> str | None:
    """Undo the escapes of a path; None if one is malformed."""
    if "%" not in path:
        return path
    if _BAD_ESCAPE.search(path) is not None:
        return None
    return unquote(path, errors="surrogateescape")


def encode_query(values: dict[str, list[str]]) -> str:
    """Write a query, sorted by name (Go's ``Values.Encode``)."""
    return "&".join(
        f"{escape_query(name)}={escape_query(value)}"
        for name in sorted(values)
        for value in values[name]
    )


def set_path(request: Request, path: str) -> None:
    """Set a request's path, in both its forms."""
    request.path, request.raw_path = path, escape_path(path)


def set_raw_path(request: Request, raw_path: str) -> bool:
    """Set a request's path from its escaped form; False (nothing is set) if that is malformed.

    What should have been escaped and was not, is.
    """
    path = unescape_path(raw_path)
    if not path:
        return False
    well_formed = _PATH.fullmatch(raw_path) is not None
    request.path, request.raw_path = path, raw_path if well_formed else escape_path(path)
    return True

"""Which files a file server must not show (``hide``)."""

from collections.abc import Iterable
from os import getcwd
from posixpath import normpath


def is_hidden(path: str, patterns: Iterable[str]) -> bool:
    """Is a file hidden by one of these?

    A pattern without a slash hides any part of the path that it matches; one with a slash is
    compared with the whole path, and hides what lies beneath it too.
    """
    from caddylite.http.globs import glob

    path = absolute(path)
    parts = path.split("/")
    for pattern in patterns:
        if "/" not in pattern:
            if any(glob(pattern)(part) for part in parts):
                return True
        elif path.startswith(pattern + "/"):
            return True
        if glob(pattern)(path):
            return True
    return False


def clean(path: str) -> str:
    """Return the shortest name of the same path (Go's ``filepath.Clean``)."""
    cleaned = normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def absolute(path: str) -> str:
    """Return the path from the root."""
    return clean(path if path.startswith("/") else f"{getcwd()}/{path}")

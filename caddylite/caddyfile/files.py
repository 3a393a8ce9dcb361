"""How imports reach the file system: what they ask of it, and Go's rules for paths and globs."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

_asked: ContextVar[set[str] | None] = ContextVar("asked", default=None)


@contextmanager
def asked_for() -> Iterator[set[str]]:
    """Gather the files and folders of this machine that are read inside."""
    gathered: set[str] = set()
    token = _asked.set(gathered)
    try:
        yield gathered
    finally:
        _asked.reset(token)


def _note(path: str) -> None:
    gathered = _asked.get()
    if gathered is not None:
        gathered.add(path)


class Files(Protocol):
    """The little that the compiler asks of a file system. Paths are absolute."""

    def directory(self) -> str:
        """Return the working directory."""
        ...

    def exists(self, path: str) -> bool:
        """Is there anything of this name, be it a link to nothing?"""
        ...

    def names(self, directory: str) -> list[str]:
        """Return the names in a directory; none if it is not one."""
        ...

    def read(self, path: str) -> bytes:
        """Return what a file holds, or raise OSError."""
        ...


class RealFiles:
    """The file system of this machine."""

    def directory(self) -> str:
        """Return the working directory."""
        return os.getcwd()

    def exists(self, path: str) -> bool:
        """Is there anything of this name, be it a link to nothing?"""
        return os.path.lexists(path) if "\0" not in path else False

    def names(self, directory: str) -> list[str]:
        """Return the names in a directory; none if it is not one."""
        _note(directory)
        try:
            return os.listdir(directory)
        except (OSError, ValueError):
            return []

    def read(self, path: str) -> bytes:
        """Return what a file holds, or raise OSError."""
        _note(path)
        with open(path, "rb") as file:
            return file.read()


class MemoryFiles:
    """A few files by their absolute names, for tests and for configs that live elsewhere."""

    def __init__(self, files: Mapping[str, bytes | str], directory: str = "/") -> None:
        self._files = {
            clean(os.path.join(directory, path)): text.encode() if isinstance(text, str) else text
            for path, text in files.items()
        }
        self._directory = directory

    def directory(self) -> str:
        """Return the directory that relative names start from."""
        return self._directory

    def exists(self, path: str) -> bool:
        """Is there a file or a folder of this name?"""
        return clean(path) in self._files or bool(self.names(path))

    def names(self, directory: str) -> list[str]:
        """Return the names in a folder."""
        prefix = clean(directory).rstrip("/") + "/"
        return list({p[len(prefix) :].split("/")[0] for p in self._files if p.startswith(prefix)})

    def read(self, path: str) -> bytes:
        """Return what a file holds, or raise OSError."""
        try:
            return self._files[clean(path)]
        except KeyError:
            if self.names(path):
                raise IsADirectoryError(path) from None
            raise FileNotFoundError(2, "No such file or directory", path) from None


def clean(path: str) -> str:
    """Return the shortest name of the same path, as Go's ``filepath.Clean``."""
    out = os.path.normpath(path) if path else "."
    return out[1:] if out.startswith("//") else out


def join(directory: str, path: str) -> str:
    """Join two parts of a path, as Go's ``filepath.Join``."""
    return clean("/".join(part for part in (directory, path) if part))


class BadPattern(ValueError):
    """A glob that is not well formed."""

    def __init__(self) -> None:
        super().__init__("syntax error in pattern")


def glob(files: Files, pattern: str) -> list[str]:
    """Return the names that match, sorted folder by folder, as Go's ``filepath.Glob``.

    ``*`` and ``?`` match within one name, leading dots too; a backslash takes the special meaning
    off what follows. Brackets never get here, so an opening one is an error.
    """
    _translate(pattern)
    if not _has_meta(pattern):
        return [pattern] if files.exists(pattern) else []
    head, _, last = pattern.rpartition("/")
    head = head or ("/" if pattern.startswith("/") else ".")
    if head == pattern:
        raise BadPattern
    folders = glob(files, head) if _has_meta(head) else [head]
    matcher = _translate(last)
    return [
        join(folder, name)
        for folder in folders
        for name in sorted(files.names(folder), key=os.fsencode)
        if matcher.fullmatch(name)
    ]


def _has_meta(path: str) -> bool:
    return any(char in path for char in "*?[\\")


def _translate(pattern: str) -> re.Pattern[str]:
    out = []
    chars = iter(pattern)
    for char in chars:
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            raise BadPattern
        elif char == "\\":
            escaped = next(chars, None)
            if escaped is None:
                raise BadPattern
            out.append(re.escape(escaped))
        else:
            out.append(re.escape(char))
    return re.compile("".join(out), re.DOTALL)


def os_error(error: OSError, path: str) -> str:
    """Word an error as Go does for an ``open`` that failed."""
    reason = error.strerror or "input/output error"
    return f"open {path}: {reason[:1].lower()}{reason[1:]}"

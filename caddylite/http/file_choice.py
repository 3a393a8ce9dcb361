"""Which of several files is there: the behaviour of the ``file`` matcher.

The rules are those of https://caddyserver.com/docs/caddyfile/matchers#file. What a placeholder
brings in is taken literally: only the config can have ``*`` in a path.
"""

import os
import stat as file_kinds
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from caddylite import placeholders
from caddylite.http.globs import glob, is_glob
from caddylite.http.matching import MatchError
from caddylite.http.paths import clean
from caddylite.http.replacer import expand, lookup
from caddylite.http.request import Request

_LITERALLY = str.maketrans({c: "\\" + c for c in "*[?\\"})


class _Candidate(NamedTuple):
    path: str
    relative: str
    remainder: str


_Stat = os.stat_result


class FileChoice:
    """Chooses among files for each request, and notes what was chosen in its placeholders."""

    def __init__(
        self,
        root: str,
        file_system: str,
        files: tuple[str, ...],
        policy: str,
        delimiters: tuple[str, ...],
    ) -> None:
        self.root, self.file_system, self.files = root, file_system, files
        self.policy, self.delimiters = policy, delimiters

    def match(self, request: Request) -> bool:
        """Choose; MatchError where ``=404`` is met. There is no file system but the local one."""
        if expand(request, self.file_system).strip() not in ("", "default"):
            return False
        if self.policy in _BEST:
            return self._best(request, _BEST[self.policy])
        return self._first(request)

    def _first(self, request: Request) -> bool:
        last = len(self.files) - 1 if self.policy == "first_exist_fallback" else -1
        for index, pattern in enumerate(self.files):
            _raise_status(pattern)
            for candidate in self._candidates(request, pattern):
                if index == last:
                    return _note(request, candidate, directory=False)
                found = _stat(candidate.path)
                if found is None:
                    continue
                directory = file_kinds.S_ISDIR(found.st_mode)
                if directory == candidate.path.endswith("/"):
                    return _note(request, candidate, directory)
        return False

    def _best(self, request: Request, better: "_Better") -> bool:
        best: tuple[_Candidate, _Stat] | None = None
        for pattern in self.files:
            for candidate in self._candidates(request, pattern):
                found = _stat(candidate.path)
                if found is not None and better(found, None if best is None else best[1]):
                    best = candidate, found
        if best is None:
            return False
        return _note(request, best[0], file_kinds.S_ISDIR(best[1].st_mode))

    def _candidates(self, request: Request, pattern: str) -> list[_Candidate]:
        root = _clean(expand(request, self.root, "."))
        ask = lookup(request)

        def literally(name: str) -> Any:
            value = ask(name)
            return value.translate(_LITERALLY) if isinstance(value, str) else value

        expanded = placeholders.compile(pattern).expand(literally)
        path, remainder = self._split(_clean(expanded))
        if pattern.endswith("/"):
            path += "/"
        return [
            _Candidate(found, found.removeprefix(root), remainder)
            for found in _glob(join_below(root, path))
        ]

    def _split(self, path: str) -> tuple[str, str]:
        """Cut a path behind the first delimiter that ends one of its components."""
        lower = path.lower()
        for delimiter in self.delimiters:
            start = lower.find(delimiter.lower(), 0, len(path) - 1)
            end = start + len(delimiter)
            if start >= 0 and (end == len(path) or path[end] == "/"):
                return path[:end], path[end:]
        return path, ""


#: Is the first file better than the best so far (if any)?
_Better = Callable[[_Stat, _Stat | None], bool]

_BEST: dict[str, _Better] = {
    "largest_size": lambda a, b: a.st_size > (0 if b is None else b.st_size),
    "smallest_size": lambda a, b: b is None or b.st_size == 0 or a.st_size < b.st_size,
    "most_recently_modified": lambda a, b: b is None or a.st_mtime_ns > b.st_mtime_ns,
}


def join_below(root: str, path: str) -> str:
    """Join so that the result is never outside of root; a slash at the end of path stays."""
    relative = _clean("/" + path)[1:]
    joined = _clean(f"{root or '.'}/{relative}")
    return joined + "/" if path.endswith("/") and len(path) > 1 else joined


def _clean(path: str) -> str:
    cleaned = clean(path) if path else "."
    return cleaned.rstrip("/") or "/" if cleaned.endswith("/") else cleaned


def _raise_status(pattern: str) -> None:
    code = pattern[1:]
    if pattern.startswith("=") and code.isascii() and code.isdigit() and 100 <= int(code) <= 999:
        raise MatchError(int(code), code)


def _note(request: Request, chosen: _Candidate, directory: bool) -> bool:
    request.placeholders.update(
        {
            "http.matchers.file.relative": chosen.relative,
            "http.matchers.file.absolute": chosen.path,
            "http.matchers.file.remainder": chosen.remainder,
            "http.matchers.file.type": "directory" if directory else "file",
        }
    )
    return True


def _stat(path: str) -> _Stat | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _glob(pattern: str) -> Iterator[str]:
    """Find the files that a pattern names; a pattern without ``*`` names itself, if it exists."""
    if not is_glob(pattern):
        if _stat(pattern) is not None:
            yield pattern
        return
    directory, _, name = pattern.rpartition("/")
    matches = glob(name)
    for found in _glob(directory or ("/" if pattern.startswith("/") else ".")):
        try:
            names = sorted(os.listdir(found))
        except (OSError, ValueError):
            continue
        for each in names:
            if matches(each):
                yield _clean(f"{found}/{each}")

"""Runs ``file_server``: files from a folder."""

import os
import stat as kinds
from html import escape
from typing import IO, Any

from caddylite.errors import ConfigError
from caddylite.http.accepted import accepted_encodings
from caddylite.http.file_choice import join_below
from caddylite.http.file_hiding import absolute, is_hidden
from caddylite.http.handlers.file_server import FileServer
from caddylite.http.live.browse import Browser
from caddylite.http.live.build import Build
from caddylite.http.live.content import Content, serve_content
from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.http.live.static_response import read_status
from caddylite.http.media_types import type_of
from caddylite.http.urls import escape_path
from caddylite.wire.http1 import raw

_INDEX_NAMES = ("index.html", "index.txt")
_SUFFIXES = {"gzip": ".gz", "br": ".br", "zstd": ".zst"}
#: How long a client is told to wait when files cannot be opened for want of descriptors (s).
_BACKOFF = (2, 5)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Live:
    """Serves files, indexes and, if asked to, listings."""

    def __init__(self, ir: FileServer, build: Build) -> None:
        self._ir, self._house = ir, build.house
        self._root = ir.root or "{http.vars.root}"
        self._fs = ir.fs or "{http.vars.fs}"
        self._index_names = ir.index_names or _INDEX_NAMES
        self._precompressed = {_encoding(n): _SUFFIXES[_encoding(n)] for n in ir.precompressed}
        self._browser = Browser(ir.browse, build) if ir.browse is not None else None

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Find the file and serve it."""
        if ex.expand(self._fs).strip() not in ("", "default"):
            raise HandlerError(404, "filesystem not found")
        request = ex.request
        root = ex.expand(self._root, ".")
        hidden = [self._hide(ex, pattern) for pattern in self._ir.hide]
        path = join_below(root, request.path).rstrip("/") or "/"
        found = _stat(path)
        if found is None:
            await self._not_found(ex, proceed)
            return
        is_index = False
        if kinds.S_ISDIR(found.st_mode):
            index = self._index(ex, path, hidden)
            if index is not None:
                (path, found), is_index = index, True
        if kinds.S_ISDIR(found.st_mode):
            if self._browser is not None and not is_hidden(path, hidden):
                if not self._redirect_folder(ex):
                    await self._browser.serve(ex, root, path, hidden)
                return
            await self._not_found(ex, proceed)
            return
        if is_hidden(path, hidden):
            await self._not_found(ex, proceed)
        elif not self._redirect(ex, is_index):
            await self._serve_file(ex, path, found, proceed)

    def _hide(self, ex: Exchange, pattern: str) -> str:
        expanded = ex.expand(pattern)
        return absolute(expanded) if "/" in expanded else expanded

    def _index(
        self, ex: Exchange, folder: str, hidden: list[str]
    ) -> tuple[str, os.stat_result] | None:
        for name in self._index_names:
            path = join_below(folder, ex.expand(name))
            if is_hidden(path, hidden):
                continue
            try:
                return path, os.stat(path)
            except (OSError, ValueError):
                continue
        return None

    async def _not_found(self, ex: Exchange, proceed: Proceed) -> None:
        if not self._ir.pass_thru:
            raise HandlerError(404)
        await proceed()

    # Where a file is to be asked for.

    def _redirect(self, ex: Exchange, is_index: bool) -> bool:
        """Send the client to where the file is: a folder's name ends in a slash, a file's not."""
        if self._ir.canonical_uris is False:
            return False
        asked = ex.original.path
        if _last(asked) != _last(ex.request.path) or is_index == asked.endswith("/"):
            return False
        redirect(ex, asked + "/" if is_index else asked[:-1])
        return True

    @staticmethod
    def _redirect_folder(ex: Exchange) -> bool:
        asked = ex.original.path
        same = not ex.request.path or _last(asked) == _last(ex.request.path)
        if not same or asked.endswith("/"):
            return False
        redirect(ex, asked + "/")
        return True

    # The file itself.

    async def _serve_file(
        self, ex: Exchange, path: str, found: os.stat_result, proceed: Proceed
    ) -> None:
        request, headers = ex.request, ex.out.headers
        etag = headers.get("Etag")
        headers.add("Vary", "Accept-Encoding")
        served, size = path, found.st_size
        file: IO[bytes] | None = None
        for encoding in accepted_encodings(request.headers, self._ir.precompressed_order):
            suffix = self._precompressed.get(encoding)
            ready = suffix and _ready(path + suffix)
            if not ready or suffix is None:
                continue
            file = self._open(ex, path + suffix)
            served, size, found_ready = path + suffix, ready.st_size, ready
            headers.set("Content-Encoding", encoding)
            if not request.headers.get("Range"):
                headers.set("Content-Length", str(size))
            etag = etag or self._etag_file(served) or etag_of(found_ready)
            break
        if file is None:
            file = self._open(ex, path)
            etag = etag or self._etag_file(served) or etag_of(found)
        with file:
            if request.method not in ("GET", "HEAD") and ex.error is None:
                headers.add("Allow", "GET, HEAD")
                raise HandlerError(405)
            if etag:
                headers.set("Etag", etag)
            if not headers.get("Content-Type"):
                kind = type_of(path)
                if kind:
                    headers.set("Content-Type", kind)
                ex.no_sniff = True
            useful = int(found.st_mtime) not in (0, 1)
            modified = found.st_mtime if useful else None
            await serve_content(ex, Content(file, size, modified, self._status(ex)))

    def _status(self, ex: Exchange) -> int:
        if self._ir.status_code:
            return read_status(ex.expand(self._ir.status_code))
        return ex.error_status

    def _open(self, ex: Exchange, path: str) -> IO[bytes]:
        try:
            return open(path, "rb")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise HandlerError(404, str(error)) from None
        except PermissionError as error:
            raise HandlerError(403, str(error)) from None
        except OSError as error:
            ex.out.headers.set("Retry-After", str(self._house.random.randrange(*_BACKOFF)))
            raise HandlerError(503, str(error)) from None

    def _etag_file(self, path: str) -> str:
        for suffix in self._ir.etag_file_extensions:
            try:
                with open(path + suffix, encoding="utf-8", errors="surrogateescape") as file:
                    return file.read().replace("\n", "")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise HandlerError(
                    500, f"cannot read etag from file {path + suffix}: {error}"
                ) from None
        return ""


def _encoding(name: str) -> str:
    if name not in _SUFFIXES:
        raise ConfigError(f"precompressed {name} is not run by caddylite yet")
    return name


def _stat(path: str) -> os.stat_result | None:
    """Look at a file; None if there is none, HandlerError for other trouble."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise HandlerError(403, str(error)) from None
    except (OSError, ValueError) as error:
        raise HandlerError(400, str(error) or "invalid argument") from None


def _ready(path: str) -> os.stat_result | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return None if kinds.S_ISDIR(found.st_mode) else found


def _last(path: str) -> str:
    """Return the last element of a path, as Go's ``path.Base`` does."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def redirect(ex: Exchange, path: str) -> None:
    """Answer with a permanent redirect to a path of the same site; the query stays."""
    while path.startswith("//"):
        path = path[1:]  # or it would name another host
    query = ex.request.query
    target = escape_path(path) + (f"?{query}" if query else "")
    headers, method = ex.out.headers, ex.request.method
    headers.set("Location", target)
    typed = "Content-Type" in headers
    if not typed and method in ("GET", "HEAD"):
        headers.set("Content-Type", "text/html; charset=utf-8")
    ex.out.start(308)
    if not typed and method == "GET":
        link = escape(target).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        ex.out.write(raw(f'<a href="{link}">Permanent Redirect</a>.\n\n'))


def etag_of(found: Any) -> str:
    """Return a file's entity tag: its time (ns) and size, in base 36; empty for useless times."""
    if int(found.st_mtime) in (0, 1):
        return ""
    return f'"{_base36(found.st_mtime_ns)}-{_base36(found.st_size)}"'


def _base36(number: int) -> str:
    if number < 0:
        return "-" + _base36(-number)
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits

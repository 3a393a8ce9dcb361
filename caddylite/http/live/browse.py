"""Lists folders (``file_server browse``): as HTML, JSON or plain text."""

import os
import stat as kinds
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from caddylite.errors import ConfigError
from caddylite.http.conditions import http_date, parse_date
from caddylite.http.file_choice import join_below
from caddylite.http.file_hiding import is_hidden
from caddylite.http.handlers.file_server import Browse
from caddylite.http.live.build import Build
from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Exchange
from caddylite.http.paths import clean
from caddylite.http.replacer import query_values
from caddylite.http.urls import escape_path
from caddylite.wire.http1 import raw

_LIMIT = 10_000
_SORTS = ("name", "namedirfirst", "size", "time")
_ORDERS = ("asc", "desc")


@dataclass(slots=True)
class Item:
    """One entry of a folder; a folder's name ends in a slash."""

    name: str
    size: int
    modified_ns: int
    mode: int
    is_dir: bool
    is_symlink: bool
    target: str = ""

    @property
    def url(self) -> str:
        """How the entry is linked to, from within its folder."""
        return escape_path(f"./{self.name}")

    def plain(self) -> dict[str, Any]:
        """Return the JSON form."""
        shown: dict[str, Any] = {
            "name": self.name,
            "size": self.size,
            "url": self.url,
            "mod_time": _rfc3339(self.modified_ns),
            "mode": _go_mode(self.mode),
            "is_dir": self.is_dir,
            "is_symlink": self.is_symlink,
        }
        return shown | ({"symlink_path": self.target} if self.target else {})


class Browser:
    """Lists folders the way the config says."""

    def __init__(self, ir: Browse, build: Build) -> None:
        if ir.template_file:
            raise ConfigError("a template for browse is not run by caddylite yet")
        self._ir = ir
        for option, allowed in zip(ir.sort, (_SORTS, _ORDERS), strict=False):
            if option not in allowed:
                known = ", ".join(allowed)
                which = "first" if allowed is _SORTS else "second"
                raise ConfigError(
                    f"the {which} option must be one of the following: {known}, but got {option}"
                )
        if len(ir.sort) > 2:
            raise ConfigError(f"only max 2 sort options are allowed, but got {len(ir.sort)}")

    async def serve(self, ex: Exchange, root: str, folder: str, hidden: list[str]) -> None:
        """Answer with the listing."""
        try:
            items, newest = self._read(root, folder, hidden)
        except PermissionError as error:
            raise HandlerError(403, str(error)) from None
        except FileNotFoundError:
            raise HandlerError(404) from None
        headers = ex.out.headers
        headers.add("Vary", "Accept, Accept-Encoding")
        since = parse_date(ex.request.headers.get("If-Modified-Since"))
        if since is not None and newest // 1_000_000_000 <= since:
            ex.out.start(304)
            return
        items = self._arranged(ex, items)
        headers.set("Last-Modified", http_date(newest // 1_000_000_000))
        accept = ",".join(ex.request.headers.all("Accept")).lower()
        if "application/json" in accept:
            from caddylite import gojson

            kind = "application/json"
            text = gojson.dumps([i.plain() for i in items]) + "\n"
        elif "text/plain" in accept:
            kind, text = "text/plain", _as_text(items)
        else:
            kind, text = "text/html", _as_html(ex.request.path, items)
        headers.set("Content-Type", f"{kind}; charset=utf-8")
        ex.out.write(raw(text))

    def _read(self, root: str, folder: str, hidden: list[str]) -> tuple[list[Item], int]:
        items: list[Item] = []
        newest = os.stat(folder).st_mtime_ns
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= (self._ir.file_limit or _LIMIT):
                    break
                path = join_below(folder, entry.name)
                if is_hidden(path, hidden):
                    continue
                item = self._item(entry, path)
                if item is not None:
                    newest = max(newest, item.modified_ns)
                    items.append(item)
        return items, newest

    def _item(self, entry: os.DirEntry[str], path: str) -> Item | None:
        try:
            own = entry.stat(follow_symlinks=False)
        except OSError:
            return None
        is_link, is_dir, size = kinds.S_ISLNK(own.st_mode), entry.is_dir(), own.st_size
        target = ""
        if is_link:
            try:
                size = os.stat(path).st_size
            except OSError:
                is_dir = False
            if self._ir.reveal_symlinks:
                target = os.readlink(path)
        name = entry.name + "/" * is_dir
        return Item(name, size, own.st_mtime_ns, own.st_mode, is_dir, is_link, target)

    def _arranged(self, ex: Exchange, items: list[Item]) -> list[Item]:
        """Sort, and cut out what ``limit`` and ``offset`` ask for."""
        asked = query_values(ex.request.query)
        configured = (*self._ir.sort, "", "")
        sort = self._choice(ex, asked, "sort", configured[0], _SORTS, "namedirfirst")
        order = self._choice(ex, asked, "order", configured[1], _ORDERS, "asc")
        key: Any = {
            "name": lambda i: i.name.lower(),
            "namedirfirst": lambda i: (not i.is_dir, i.name.lower()),
            "size": lambda i: (not i.is_dir, i.name.lower() if i.is_dir else "", i.size),
            "time": lambda i: i.modified_ns,
        }.get(sort)
        if key is not None:
            items = sorted(items, key=key, reverse=order == "desc")
        offset, limit = (_number(asked.get(n, [""])[0]) for n in ("offset", "limit"))
        if 0 < offset <= len(items):
            items = items[offset:]
        return items[:limit] if 0 < limit <= len(items) else items

    @staticmethod
    def _choice(
        ex: Exchange,
        asked: dict[str, list[str]],
        name: str,
        configured: str,
        known: tuple[str, ...],
        otherwise: str,
    ) -> str:
        """Take the query's word, else the config's, else the cookie's; cookies remember it."""
        value = asked.get(name, [""])[0] or configured
        if not value:
            return str(ex.placeholder(f"http.request.cookie.{name}") or otherwise)
        if value in known:
            secure = "; Secure" if ex.request.tls is not None else ""
            cookie = f"{name}={value}; HttpOnly{secure}; SameSite=Lax"
            ex.out.headers.add("Set-Cookie", cookie)
        return value


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _rfc3339(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{whole}{fraction}Z"


def _go_mode(mode: int) -> int:
    """Return a file's mode as Go numbers it: its own bits for what kind of file it is."""
    go = mode & 0o777
    go |= {kinds.S_IFDIR: 1 << 31, kinds.S_IFLNK: 1 << 27, kinds.S_IFIFO: 1 << 25,
           kinds.S_IFSOCK: 1 << 24, kinds.S_IFBLK: 1 << 26,
           kinds.S_IFCHR: (1 << 26) | (1 << 21)}.get(kinds.S_IFMT(mode), 0)  # fmt: skip
    for bit, flag in ((0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)):
        go |= flag if mode & bit else 0
    return go


def _human_size(size: int) -> str:
    if size < 1024:
        return f"{size} B"
    value = float(size)
    for unit in ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB"):
        value /= 1024
        if value < 1023.95 or unit == "EiB":
            return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"
    return str(size)


def _when(item: Item) -> str:
    moment = datetime.fromtimestamp(item.modified_ns // 1_000_000_000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _as_text(items: list[Item]) -> str:
    rows = [("Name", "Size", "Modified"), ("----", "----", "--------")]
    rows += [(i.name, _human_size(i.size), _when(i)) for i in items]
    return "".join("\t".join(row) + "\n" for row in rows)


def _as_html(path: str, items: list[Item]) -> str:
    title = escape(path)
    up = (
        '<tr><td><a href="../">../</a></td><td></td><td></td></tr>\n' if clean(path) != "/" else ""
    )
    rows = "".join(
        f'<tr><td><a href="{escape(i.url)}">{escape(i.name)}</a></td>'
        f"<td>{'' if i.is_dir else _human_size(i.size)}</td><td>{_when(i)}</td></tr>\n"
        for i in items
    )
    return (
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<style>body{font-family:sans-serif;margin:2em}td{padding:.1em 1.5em .1em 0}</style>\n"
        f"</head>\n<body>\n<h1>{title}</h1>\n<table>\n"
        "<tr><th>Name</th><th>Size</th><th>Modified</th></tr>\n"
        f"{up}{rows}</table>\n</body>\n</html>\n"
    )

"""Serves an open file: conditions, ranges, the body (what Go's ``http.ServeContent`` does)."""

from dataclasses import dataclass
from typing import IO

from caddylite.http.conditions import (
    BadRange,
    Part,
    check,
    http_date,
    parse_range,
    range_holds,
)
from caddylite.http.live.exchange import Exchange
from caddylite.wire.http1 import raw


@dataclass(slots=True)
class Content:
    """A file to be served; ``modified`` is None where its time says nothing.

    ``status`` is sent in the place of whatever status would be.
    """

    file: IO[bytes]
    size: int
    modified: float | None
    status: int = 0


async def serve_content(ex: Exchange, content: Content) -> None:
    """Answer with the file, or the parts of it that the client wants."""
    request, headers = ex.request, ex.out.headers
    if content.modified is not None:
        headers.set("Last-Modified", http_date(content.modified))
    etag = headers.get("Etag")
    failed = check(request.method, request.headers, etag, content.modified)
    if failed:
        if failed == 304:
            for name in ("Content-Type", "Content-Length", "Content-Encoding"):
                headers.remove(name)
            if etag:
                headers.remove("Last-Modified")
        ex.out.start(content.status or failed)
        return
    wanted = request.headers.get("Range")
    if wanted and not range_holds(request.headers, etag, content.modified):
        wanted = ""
    try:
        parts = parse_range(wanted, content.size)
    except BadRange as error:
        if error.overlaps or content.size:
            _refuse(ex, content, error)
            return
        parts = []
    if sum(p.length for p in parts) > content.size:
        parts = []  # an attack, or a client that does not know what it does
    await _send(ex, content, parts)


def _refuse(ex: Exchange, content: Content, error: BadRange) -> None:
    headers = ex.out.headers
    if not error.overlaps:
        headers.set("Content-Range", f"bytes */{content.size}")
    for name in ("Cache-Control", "Content-Encoding", "Etag", "Last-Modified", "Content-Length"):
        headers.remove(name)
    headers.set("Content-Type", "text/plain; charset=utf-8")
    headers.set("X-Content-Type-Options", "nosniff")
    ex.out.start(content.status or 416)
    ex.out.write(raw(f"{error}\n"))


async def _send(ex: Exchange, content: Content, parts: list[Part]) -> None:
    headers, out = ex.out.headers, ex.out
    status, length, boundary = 200, content.size, ""
    kind = headers.get("Content-Type")
    if len(parts) == 1:
        status, length = 206, parts[0].length
        headers.set("Content-Range", parts[0].content_range(content.size))
    elif parts:
        boundary = f"{ex.server.house.random.getrandbits(240):060x}"
        status = 206
        length = _multipart_length(parts, boundary, kind, content.size)
        headers.set("Content-Type", f"multipart/byteranges; boundary={boundary}")
    headers.set("Accept-Ranges", "bytes")
    if parts or not headers.get("Content-Encoding"):
        headers.set("Content-Length", str(length))
    out.start(content.status or status)
    if ex.request.method == "HEAD":
        return
    if not boundary:
        content.file.seek(parts[0].start if parts else 0)
        await out.send_file(content.file, length)
        return
    for number, part in enumerate(parts):
        out.write(_part_head(part, number, boundary, kind, content.size))
        content.file.seek(part.start)
        await out.send_file(content.file, part.length)
    out.write(raw(f"\r\n--{boundary}--\r\n"))


def _part_head(part: Part, number: int, boundary: str, kind: str, size: int) -> bytes:
    start = "" if number == 0 else "\r\n"
    typed = f"Content-Type: {kind}\r\n" if kind else ""
    where = part.content_range(size)
    return raw(f"{start}--{boundary}\r\nContent-Range: {where}\r\n{typed}\r\n")


def _multipart_length(parts: list[Part], boundary: str, kind: str, size: int) -> int:
    heads = sum(len(_part_head(p, n, boundary, kind, size)) for n, p in enumerate(parts))
    return heads + sum(p.length for p in parts) + len(boundary) + 8

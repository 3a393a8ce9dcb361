"""HTTP/1 messages as bytes: status and request lines, header fields, chunks (RFC 9112)."""

import re
from collections.abc import Iterable
from typing import Final

from caddylite.wire.http1 import Bad, Field, raw
from caddylite.wire.http_status import reason

_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NEWLINES: Final = str.maketrans("\r\n", "  ")
LAST_CHUNK: Final = b"0\r\n\r\n"

_status_lines: dict[tuple[str, int], str] = {}


def fields_text(fields: Iterable[Field]) -> str:
    """Write header fields, each on its line; line breaks in values become spaces.

    A field whose name is not a token is left out, as net/http does.
    """
    out = []
    for name, value in fields:
        if _NAME.fullmatch(name) is None:
            continue
        if "\n" in value or "\r" in value:
            value = value.translate(_NEWLINES)
        out.append(f"{name}: {value.strip()}\r\n")
    return "".join(out)


def response_head(version: str, status: int, fields: Iterable[Field]) -> bytes:
    """Write a response's head; ``version`` is the request's (``1.1``)."""
    line = _status_lines.get((version, status))
    if line is None:
        line = f"HTTP/{version} {status:03d} {reason(status)}\r\n"
        _status_lines[version, status] = line
    return raw(f"{line}{fields_text(fields)}\r\n")


def refusal_text(bad: Bad) -> str:
    """Return what such an answer says."""
    return f"{bad.status} {reason(bad.status)}" + (f": {bad.why}" if bad.why else "")


def refusal(bad: Bad) -> bytes:
    """Write the answer to what is no acceptable request, as net/http writes it."""
    if bad.status == 417:
        return response_head("1.1", 417, (("Connection", "close"), ("Content-Length", "0")))
    words, text = f"{bad.status} {reason(bad.status)}", refusal_text(bad)
    first = text if bad.in_reason else words
    fields = fields_text((("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")))
    return raw(f"HTTP/1.1 {first}\r\n{fields}\r\n{bad.why if bad.status == 501 else text}")


def request_head(method: str, target: str, fields: Iterable[Field]) -> bytes:
    """Write an HTTP/1.1 request's head."""
    return raw(f"{method} {target} HTTP/1.1\r\n{fields_text(fields)}\r\n")


def chunk(data: bytes) -> bytes:
    """Write one chunk; empty data would end the body and must not come here."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def last_chunk(trailers: Iterable[Field] = ()) -> bytes:
    """Write the end of a chunked body."""
    tail = fields_text(trailers)
    return LAST_CHUNK if not tail else raw(f"0\r\n{tail}\r\n")

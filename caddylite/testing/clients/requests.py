"""HTTP clients: HTTP/1, and HTTP/2 with prior knowledge (RFC 9112, RFC 9113 3.3)."""

from collections.abc import Mapping

from caddylite.errors import ConfigError
from caddylite.testing.clients.base import Client

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS, _HEADERS = 4, 1
_END_STREAM_AND_HEADERS = 0x05
#: Names of HPACK's static table that requests use (RFC 7541, appendix A).
_NAMES = {":authority": 1, ":method": 2, ":path": 4, ":scheme": 6, "user-agent": 58}


def http(
    host: str = "localhost",
    path: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    version: str = "1.1",
) -> Client:
    """Return an HTTP client; ``version`` is ``1.0``, ``1.1`` or ``2`` (in clear text)."""
    label = f"HTTP{'/2' if version == '2' else ''} {method} {host}{path}"
    if version == "2":
        return Client(_http2(host, path, method, headers or {}), label=label)
    if version not in ("1.0", "1.1"):
        raise ConfigError(f"no such HTTP version: {version}", hint="write 1.0, 1.1 or 2")
    return Client(http_request(host, path, method, headers, version), label=label)


def http_request(
    host: str,
    path: str = "/",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    version: str = "1.1",
) -> bytes:
    """Return the head of an HTTP/1 request."""
    fields = {"Host": host, "User-Agent": "caddylite-explain"} | dict(headers or {})
    lines = [f"{method} {path} HTTP/{version}", *(f"{k}: {v}" for k, v in fields.items() if v)]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def _http2(host: str, path: str, method: str, headers: Mapping[str, str]) -> bytes:
    fields = {":method": method, ":scheme": "http", ":path": path, ":authority": host}
    fields |= {k.lower(): v for k, v in headers.items()}
    block = b"".join(_literal(k, v) for k, v in fields.items())
    headers_frame = _frame(_HEADERS, _END_STREAM_AND_HEADERS, 1, block)
    return _PREFACE + _frame(_SETTINGS, 0, 0, b"") + headers_frame


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return (
        len(payload).to_bytes(3, "big")
        + bytes((kind, flags))
        + stream.to_bytes(4, "big")
        + (payload)
    )


def _literal(name: str, value: str) -> bytes:
    """Write a field without indexing and without Huffman coding (RFC 7541 6.2.2)."""
    known = _NAMES.get(name, 0)
    text = value.encode("utf-8", "surrogateescape")
    if known:
        return _integer(known, 4) + _integer(len(text), 7) + text
    return b"\0" + _integer(len(name), 7) + name.encode() + _integer(len(text), 7) + text


def _integer(value: int, bits: int) -> bytes:
    """Write an integer with a prefix of so many bits (RFC 7541 5.1)."""
    limit = (1 << bits) - 1
    if value < limit:
        return bytes((value,))
    out, value = bytearray((limit,)), value - limit
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)

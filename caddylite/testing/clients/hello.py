"""TLS clients: a recorded ClientHello with the name, protocols and versions that are asked for.

What makes a client recognisable (its size, GREASE, the order of its extensions, its key shares)
stays as recorded; lengths are worked out anew (RFC 8446 4.1.2).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from caddylite.errors import ConfigError
from caddylite.testing.clients.base import Client, recording

#: By program: the recording that its hellos are made from.
LIKE: Final = {
    "openssl": "tls_openssl_sni_alpn",
    "gnutls": "tls_gnutls_cli",
    "openconnect": "tls_gnutls_openconnect",
    "curl": "tls_curl_h2",
    "chrome": "tls_impersonate_chrome",
    "firefox": "tls_impersonate_firefox",
    "safari": "tls_impersonate_safari",
}
#: What a program offers as ALPN if it is not told otherwise.
OFFERS: Final = dict.fromkeys(("curl", "chrome", "firefox", "safari"), ("h2", "http/1.1"))
_OLD = "tls12_openssl"
_SERVER_NAME, _ALPN, _PADDING, _VERSIONS, _PSK_MODES, _KEY_SHARE = 0, 16, 21, 43, 45, 51
_NUMBERS: Final = {"1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303, "1.3": 0x0304}
#: The longest record (RFC 8446 5.1).
_RECORD: Final = 16384
#: Programs that pad hellos of 256 to 511 bytes (RFC 7685) have them made this long.
_PADDED: Final = 512


def tls(
    sni: str = "",
    alpn: Sequence[str] | str | None = None,
    *,
    like: str = "openssl",
    versions: str = "",
    records: int = 1,
    http: str = "",
    inner: Client | bytes | None = None,
) -> Client:
    """Return a TLS client.

    ``sni`` empty: it names no server. ``alpn`` are the protocols it offers (None: those that the
    program offers by itself). ``like`` is one of LIKE; ``versions`` is ``1.3``, ``1.2`` or
    ``1.2-1.3`` (empty: as recorded); ``records`` splits the hello into so many records. Inside it
    says ``inner``, or asks by HTTP/1 for ``http`` (``/path``, or ``host/path``).
    """
    offered = OFFERS.get(like, ()) if alpn is None else protocols(alpn)
    data = client_hello(sni, offered, like=like, versions=versions)
    if http:
        from caddylite.testing.clients.requests import http as request

        host, slash, path = http.partition("/")
        inner = request(host or sni, slash + path or "/")
    inside = Client(inner) if isinstance(inner, bytes) else inner or Client()
    said = f"TLS, SNI {sni or 'absent'}"
    if offered:
        said += f", ALPN {','.join(offered)}"
    if like != "openssl":
        said += f", like {like}"
    if inside.data:
        said += f", then {inside.label or f'{len(inside.data)} bytes'}"
    client = Client(split(data, records), inside.data, sni, offered, label=said)
    return replace(client, later=(inside.inner, *inside.later) if inside.inner else ())


def protocols(said: Sequence[str] | str) -> tuple[str, ...]:
    """Read a list of ALPN protocols, or their names with commas between."""
    return tuple(p for p in said.split(",") if p) if isinstance(said, str) else tuple(said)


def client_hello(
    server_name: str = "",
    alpn: Sequence[str] = (),
    *,
    like: str = "openssl",
    versions: str = "",
    extra: Sequence[tuple[int, bytes]] = (),
) -> bytes:
    """Return a ClientHello as one TLS record (or as many as its size needs)."""
    if like not in LIKE:
        raise ConfigError(f"no recording of {like!r}", hint="like is one of " + ", ".join(LIKE))
    (recorded,) = recording(_OLD if versions in ("1.0", "1.1", "1.2") else LIKE[like])
    head, extensions = _taken_apart(recorded)
    if versions:
        extensions = _with_versions(extensions, versions)
    extensions = _with_alpn(_with_name(extensions, server_name), alpn)
    padded = any(kind == _PADDING for kind, _ in extensions)
    extensions = [(k, v) for k, v in extensions if k != _PADDING] + list(extra)
    message = _put_together(head, extensions)
    if padded and len(message) < _PADDED:
        filling = bytes(max(0, _PADDED - len(message) - 4))
        message = _put_together(head, [*extensions, (_PADDING, filling)])
    return _records(message, recorded[1:3], _RECORD)


def split(data: bytes, count: int) -> bytes:
    """Spread the hello over ``count`` records of about one size."""
    if count == 1:
        return data
    message = data[5:]
    if not 0 < count <= len(message):
        raise ConfigError(f"a hello of {len(message)} bytes cannot fill {count} records")
    ends = [len(message) * (i + 1) // count for i in range(count)]
    pieces = [message[a:b] for a, b in pairwise([0, *ends])]
    return b"".join(_record(p, data[1:3]) for p in pieces)


def _records(message: bytes, version: bytes, size: int) -> bytes:
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(_record(p, version) for p in pieces)


def _record(piece: bytes, version: bytes) -> bytes:
    return b"\x16" + version + _sized(piece, 2)


def _taken_apart(record: bytes) -> tuple[bytes, list[tuple[int, bytes]]]:
    """Return what stands before the extensions (without the header), and the extensions."""
    at = 9 + 34
    at += 1 + record[at]
    at += 2 + int.from_bytes(record[at : at + 2], "big")
    at += 1 + record[at]
    head, at = record[9:at], at + 2
    extensions = []
    while at + 4 <= len(record):
        size = int.from_bytes(record[at + 2 : at + 4], "big")
        extensions.append((int.from_bytes(record[at : at + 2], "big"), record[at + 4 :][:size]))
        at += 4 + size
    return head, extensions


def _put_together(head: bytes, extensions: Sequence[tuple[int, bytes]]) -> bytes:
    body = b"".join(k.to_bytes(2, "big") + _sized(v, 2) for k, v in extensions)
    hello = head + _sized(body, 2)
    return b"\x01" + _sized(hello, 3)


def _sized(value: bytes, width: int) -> bytes:
    return len(value).to_bytes(width, "big") + value


def _with_name(extensions: list[tuple[int, bytes]], name: str) -> list[tuple[int, bytes]]:
    if not name:
        return [(k, v) for k, v in extensions if k != _SERVER_NAME]
    value = _sized(b"\0" + _sized(_ascii(name), 2), 2)
    return _replaced(extensions, _SERVER_NAME, value)


def _ascii(name: str) -> bytes:
    try:
        written = name.encode("ascii") if name.isascii() else name.encode("idna")
    except UnicodeError as e:
        raise ConfigError(f"{name!r} cannot be a server name: {e}") from None
    if len(written) > 255:
        raise ConfigError(f"{name[:40]!r}… cannot be a server name: over 255 bytes")
    return written


def _with_alpn(
    extensions: list[tuple[int, bytes]], alpn: Sequence[str]
) -> list[tuple[int, bytes]]:
    if not alpn:
        return [(k, v) for k, v in extensions if k != _ALPN]
    protocols = b"".join(_sized(p.encode(), 1) for p in alpn)
    return _replaced(extensions, _ALPN, _sized(protocols, 2))


def _with_versions(extensions: list[tuple[int, bytes]], asked: str) -> list[tuple[int, bytes]]:
    low, dash, high = asked.partition("-")
    first, last = _NUMBERS.get(low), _NUMBERS.get(high if dash else low)
    if first is None or last is None or first > last:
        raise ConfigError(f"{asked!r} are no TLS versions", hint="write 1.2, 1.3 or 1.2-1.3")
    if last < _NUMBERS["1.3"]:
        return [(k, v) for k, v in extensions if k not in (_VERSIONS, _PSK_MODES, _KEY_SHARE)]
    numbers = b"".join(n.to_bytes(2, "big") for n in range(last, first - 1, -1))
    return _replaced(extensions, _VERSIONS, _sized(numbers, 1))


def _replaced(
    extensions: list[tuple[int, bytes]], kind: int, value: bytes
) -> list[tuple[int, bytes]]:
    """Change an extension in its place, or add it (first, as most clients have the name)."""
    if any(k == kind for k, _ in extensions):
        return [(k, value if k == kind else v) for k, v in extensions]
    return [(kind, value), *extensions]

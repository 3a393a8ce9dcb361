"""Clients of given bytes, silent ones, and any client behind a proxy that says who it is."""

import base64 as codec
from dataclasses import replace
from pathlib import Path

from caddylite.errors import ConfigError
from caddylite.testing.clients.base import Client, datagram_client, parse_address
from caddylite.wire import proxy_header


def silent() -> Client:
    """Return a client that connects and waits for the server to speak."""
    return Client(label="a silent client")


def raw(
    *,
    hex: str = "",  # noqa: A002 options are called as people write them
    base64: str = "",
    text: str = "",
    file: str = "",
    network: str = "tcp",
) -> Client:
    """Return a client that sends given bytes: hexadecimal, Base64, text, or a file's content."""
    given = [v for v in (hex, base64, text, file) if v]
    if len(given) != 1:
        raise ConfigError("bytes wants one of hex, base64, text and file")
    data, label = _bytes(hex, base64, text, file)
    return datagram_client(label, data) if network == "udp" else Client(data, label=label)


def _bytes(hexed: str, based: str, text: str, file: str) -> tuple[bytes, str]:
    try:
        if hexed:
            return bytes.fromhex(hexed), "bytes given"
        if based:
            return codec.b64decode(based, validate=True), "bytes given"
    except ValueError as e:
        raise ConfigError(f"bytes: {e}") from None
    if text:
        return text.encode(), f"text {text[:20]!r}"
    try:
        return Path(file).read_bytes(), f"the bytes of {file}"
    except OSError as e:
        raise ConfigError(f"open {file}: {(e.strerror or '').lower()}") from None


def proxy_protocol(
    client: Client, source: str = "198.51.100.9:5555", *, version: int = 2, to: str = ""
) -> Client:
    """Put a PROXY header in front of a client: ``source`` is whom the proxy speaks for."""
    if version not in (1, 2):
        raise ConfigError(f"no PROXY version {version}", hint="write 1 or 2")
    there = parse_address(source)
    here = parse_address(to) if to else (("::1", 443) if ":" in there[0] else ("203.0.113.1", 443))
    header = proxy_header.build(version, there, here)
    label = f"PROXY v{version} for {source}, then {client.label or 'bytes'}"
    if client.datagrams:
        first, *rest = client.datagrams
        datagrams = (header + first, *rest)
        return replace(client, data=b"".join(datagrams), datagrams=datagrams, label=label)
    return replace(client, data=header + client.data, label=label)

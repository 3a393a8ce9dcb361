"""The keys that an ``openvpn`` matcher checks with, read from its config and from files."""

from collections.abc import Callable
from typing import Any

from caddylite.errors import ConfigError
from caddylite.gotext import decode_base64
from caddylite.layer4.matching import expand_early
from caddylite.wire.openvpn import Rules, WrappedKey
from caddylite.wire.openvpn_keys import (
    HALF,
    WHOLE,
    StaticKey,
    find_digest,
    read_shared_key_file,
    read_v2_key_file,
)


def read_rules(config: Any, direction: int, house: Any) -> Rules:
    """Read all the keys; ConfigError if one cannot be used.

    ``config`` is an ``OpenVPN`` matcher, ``direction`` the quarter its clients sign with.
    """

    def text(value: str) -> str:
        return expand_early(value, house)

    group = _key(
        text(config.group_key), text(config.group_key_file), _hex, read_shared_key_file, WHOLE
    )
    if isinstance(group, str):
        raise ConfigError(group or "invalid group key")
    digest = None
    name = text(config.auth_digest)
    if name:
        digest = find_digest(name)
        if digest is None:
            raise ConfigError("invalid auth digest")
    server = _key(
        text(config.server_key),
        text(config.server_key_file),
        decode_base64,
        read_v2_key_file,
        HALF,
    )
    if isinstance(server, str):
        raise ConfigError(server or "invalid server key")
    server_key = None if server is None else StaticKey(server)
    read_client = decode_base64 if config.client_keys else read_v2_key_file
    clients = [text(value) for value in config.client_keys or config.client_key_files]
    return Rules(
        ignore_crypto=config.ignore_crypto,
        ignore_timestamp=config.ignore_timestamp,
        auth_key=None if group is None else StaticKey(group, direction),
        crypt_key=None if group is None else StaticKey(group),
        digest=digest,
        server_key=server_key,
        client_keys=tuple(_client(c, read_client, server_key) for c in clients if c),
    )


def _hex(value: str) -> bytes:
    """Decode; ValueError in Go's words."""
    bad = next((c for c in value if c not in "0123456789abcdefABCDEF"), None)
    if bad is not None:
        byte = bad.encode()[0]  # Go looks at bytes, and shows each as the character it is alone
        raise ValueError(f"encoding/hex: invalid byte: U+{byte:04X} '{chr(byte)}'")
    if len(value) % 2:
        raise ValueError("encoding/hex: odd length hex string")
    return bytes.fromhex(value)


def _key(
    value: str,
    path: str,
    decode: Callable[[str], bytes],
    read: Callable[[str], bytes],
    size: int,
) -> bytes | str | None:
    """Return a key, what is wrong with it (empty: its length), or None if none is given."""
    if not value and not path:
        return None
    try:
        raw = decode(value) if value else read(path)
    except OSError as e:
        return f"open {path}: {(e.strerror or str(e)).lower()}"
    except ValueError as e:
        return str(e)
    return raw if len(raw) == size else ""


def _client(value: str, read: Callable[[str], bytes], server: StaticKey | None) -> WrappedKey:
    try:
        known = WrappedKey.of_client(read(value))
    except OSError as e:
        raise ConfigError(f"open {value}: {(e.strerror or str(e)).lower()}") from None
    except ValueError as e:
        raise ConfigError(str(e)) from None
    if server is not None and known.unwrap(server) is None:
        raise ConfigError("invalid client key")
    return known

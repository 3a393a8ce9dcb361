"""The first packet of an OpenVPN client: a hard reset, in four dresses (openvpn's ``ssl_pkt.c``).

Plain, with a signature (tls-auth), encrypted with a shared key (tls-crypt) or with a key of the
client's own that comes along, wrapped with the server's (tls-crypt-v2). Lengths are without the
two bytes before each packet in a stream.
"""

from dataclasses import dataclass
from typing import Final

from caddylite.wire.openvpn_keys import WHOLE, Digest, StaticKey, decrypt, digests

RESET_V2, RESET_V3 = 7, 10
_PLAIN, _CRYPT, _SIGNED = 14, 54, 22
_KEY_OVERHEAD: Final = 32 + 2
LONGEST_V2: Final = _SIGNED + 64
SHORTEST_V3: Final = _CRYPT + _KEY_OVERHEAD + WHOLE
LONGEST_V3: Final = _CRYPT + 1024
_WITH_COOKIE: Final = 0x0F000001
_TOLERANCE: Final = 15  # seconds, of clocks that differ
_NONE_BEFORE_AND_FIRST: Final = bytes(5)  # no packet acknowledged, packet number 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What is checked besides the shape. ``None`` for a key: its signatures are not checked."""

    ignore_crypto: bool = False
    ignore_timestamp: bool = False
    auth_key: StaticKey | None = None
    crypt_key: StaticKey | None = None
    digest: Digest | None = None
    server_key: StaticKey | None = None
    client_keys: tuple["WrappedKey", ...] = ()


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A client's key as it comes along, and (for a known client) the key itself."""

    wrapped: bytes
    key: StaticKey | None = None

    @classmethod
    def of_client(cls, raw: bytes) -> "WrappedKey":
        """Read a client's key file: the key, then the same wrapped. ValueError if it is none."""
        wrapped = raw[WHOLE:]
        if not _is_wrapped_key(wrapped):
            raise ValueError("invalid source length")
        return cls(wrapped, StaticKey(raw[:WHOLE]))

    def unwrap(self, server_key: StaticKey) -> StaticKey | None:
        """Open it with the server's key; None if it was not wrapped with that."""
        signature, sealed, length = self.wrapped[:32], self.wrapped[32:-2], self.wrapped[-2:]
        opened = decrypt(server_key.quarter(0)[:32], signature[:16], sealed)
        if not digests()["SHA256"].signed(server_key.quarter(1), length + opened, signature):
            return None
        return StaticKey(opened[:WHOLE])


def _is_wrapped_key(raw: bytes) -> bool:
    return _KEY_OVERHEAD + WHOLE <= len(raw) <= 1024 and int.from_bytes(raw[-2:], "big") == len(
        raw
    )


def is_plain(packet: bytes) -> bool:
    """Is it a reset without protection?"""
    return len(packet) == _PLAIN and any(packet[1:9]) and packet[9:] == _NONE_BEFORE_AND_FIRST


def is_signed(packet: bytes, rules: Rules, now: float) -> bool:
    """Is it a tls-auth reset? Without a digest any will do that has the signature's length."""
    signature, rest = packet[9:-13], packet[-13:]
    session, replay = packet[1:9], rest[:8]
    known = [d for d in set(digests().values()) if d.size == len(signature)]
    if rules.digest is not None:
        known = [d for d in known if d is rules.digest]
    if not known or not any(session) or rest[8:] != _NONE_BEFORE_AND_FIRST:
        return False
    if replay[:4] != b"\0\0\0\1" or not _timely(replay, rules, now):
        return False
    if rules.ignore_crypto or rules.auth_key is None:
        return True
    content = replay + packet[:1] + session + rest[8:]
    key = rules.auth_key.quarter(rules.auth_key.signs_with)
    return any(digest.signed(key, content, signature) for digest in known)


def is_crypt(packet: bytes, rules: Rules, now: float) -> bool:
    """Is it a tls-crypt reset?"""
    if len(packet) != _CRYPT or packet[9:13] != b"\0\0\0\1":
        return False
    if not any(packet[1:9]) or not _timely(packet[9:17], rules, now):
        return False
    return rules.ignore_crypto or rules.crypt_key is None or _opens(packet, rules.crypt_key)


def is_crypt_v2(packet: bytes, rules: Rules, now: float) -> bool:
    """Is it a tls-crypt-v2 reset? With client keys it must be of one of these clients."""
    wrapped = packet[_CRYPT:]
    if not _is_wrapped_key(wrapped) or not any(packet[1:9]):
        return False
    if int.from_bytes(packet[9:13], "big") not in (1, _WITH_COOKIE):
        return False
    if not _timely(packet[9:17], rules, now):
        return False
    if rules.ignore_crypto:
        return True
    if rules.client_keys:
        return any(
            known.key is not None and known.wrapped == wrapped and _opens(packet, known.key)
            for known in rules.client_keys
        )
    if rules.server_key is None:
        return True
    key = WrappedKey(wrapped).unwrap(rules.server_key)
    return key is not None and _opens(packet, key)


def _timely(replay: bytes, rules: Rules, now: float) -> bool:
    """Is the packet's time about now?"""
    if rules.ignore_timestamp:
        return True
    return abs(int.from_bytes(replay[4:8], "big") - now) < _TOLERANCE


def _opens(packet: bytes, key: StaticKey) -> bool:
    """Decrypt a tls-crypt reset and check its signature."""
    signature, sealed = packet[17:49], packet[49:_CRYPT]
    opened = decrypt(key.quarter(2)[:32], signature[:16], sealed)
    return opened == _NONE_BEFORE_AND_FIRST and digests()["SHA256"].signed(
        key.quarter(3), packet[:17] + opened, signature
    )

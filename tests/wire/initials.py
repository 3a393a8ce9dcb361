"""QUIC Initial packets made to order (RFC 9001 appendix A shows the same steps)."""

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ID = bytes.fromhex("8394c8f03e515708")
_SALTS = {
    1: ("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", b"quic ", 0xC0),
    0x6B3343CF: ("0dede3def700a6db819381be6e269dcbf9bd2ed9", b"quicv2 ", 0xD0),
}


def _label(secret, label, size):
    label = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes((len(label),)) + label + b"\0\1"
    return hmac.new(secret, info, hashlib.sha256).digest()[:size]


def _varint(value):
    return (value | 0x4000).to_bytes(2, "big")


def crypto(piece, offset=0):
    """Return a CRYPTO frame."""
    return b"\x06" + _varint(offset) + _varint(len(piece)) + piece


def initial(frames, number=0, version=1, size=1200):
    """Return a datagram with one protected Initial packet, padded."""
    salt, prefix, first = _SALTS[version]
    secret = hmac.new(bytes.fromhex(salt), ID, hashlib.sha256).digest()
    secret = _label(secret, b"client in", 32)
    key, iv = _label(secret, prefix + b"key", 16), _label(secret, prefix + b"iv", 12)
    start = version.to_bytes(4, "big") + bytes((len(ID),)) + ID + b"\0\0"
    room = size - 1 - len(start) - 2 - 4 - 16
    frames = frames.ljust(room, b"\0")
    start += _varint(4 + len(frames) + 16)
    packet_number = number.to_bytes(4, "big")
    header = bytes((first | 3,)) + start + packet_number
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    sealed = AESGCM(key).encrypt(nonce, frames, header)
    cipher = Cipher(algorithms.AES(_label(secret, prefix + b"hp", 16)), modes.ECB())
    mask = cipher.encryptor().update(sealed[:16])
    hidden = bytes(a ^ b for a, b in zip(packet_number, mask[1:5], strict=True))
    return bytes((header[0] ^ (mask[0] & 0x0F),)) + start + hidden + sealed

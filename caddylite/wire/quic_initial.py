"""QUIC Initial packets of a client, opened to read its ClientHello (RFC 9000, 9001 and 9369).

Their protection keeps nobody out: the keys follow from the connection ID in the first packet. The
ClientHello comes in CRYPTO frames, in any order, over one or several datagrams.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final

from caddylite.wire.clienthello import MAX_HELLO, Hello, read_message

#: A client pads its datagrams with Initial packets to at least so many bytes (RFC 9000 14.1).
SMALLEST_DATAGRAM: Final = 1200

#: By version: the salt, what labels begin with, the number of the Initial packet type.
_VERSIONS: Final = {
    1: (bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), b"quic ", 0),
    0x6B3343CF: (bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"), b"quicv2 ", 1),
}
_LONG_HEADER, _FIXED_BIT = 0x80, 0x40
_PADDING, _PING, _ACK, _ACK_ECN, _CRYPTO = 0x00, 0x01, 0x02, 0x03, 0x06


@dataclass(frozen=True, slots=True)
class NotQUIC:
    """The first datagram holds no Initial packet that can be opened."""

    why: str


class _Bad(Exception):
    """A packet breaks the rules, or is cut short."""


class InitialReader:
    """Takes a client's datagrams one by one; ``outcome`` is what they have come to.

    ``outcome`` is None while more must come (``opened``: an Initial packet could be opened).
    """

    def __init__(self) -> None:
        self.outcome: Hello | NotQUIC | None = None
        self.opened = False
        self.version = 0
        self.taken = 0
        self._keys: _Keys | None = None
        self._pieces: dict[int, bytes] = {}
        self._size = 0

    def feed(self, datagram: bytes) -> None:
        """Take the next datagram; what cannot be opened after the first is passed over."""
        self.taken += 1
        if self.outcome is not None:
            return
        try:
            self._datagram(datagram)
        except _Bad as e:
            if not self.opened:
                self.outcome = NotQUIC(str(e))
                return
        self._put_together()

    def _datagram(self, data: bytes) -> None:
        if not data or data[0] & (_LONG_HEADER | _FIXED_BIT) != _LONG_HEADER | _FIXED_BIT:
            raise _Bad("no QUIC long header")
        if len(data) < SMALLEST_DATAGRAM and not self.opened:
            raise _Bad("too small for a QUIC client's first datagram")
        at = 0
        while at < len(data) and data[at] & _LONG_HEADER:
            at = self._packet(data, at)

    def _packet(self, data: bytes, start: int) -> int:
        """Open one packet of a datagram; return where the next begins."""
        version = int.from_bytes(data[start + 1 : start + 5], "big")
        known = _VERSIONS.get(version)
        if known is None:
            raise _Bad(f"unknown QUIC version 0x{version:08x}")
        cursor = _Cursor(data, start + 5)
        destination = cursor.take(cursor.byte())
        cursor.take(cursor.byte())
        is_initial = (data[start] >> 4) & 3 == known[2]
        if is_initial:
            cursor.take(cursor.varint())  # the token
        size = cursor.varint()
        end = cursor.at + size
        if end > len(data):
            raise _Bad("a QUIC packet is cut short")
        if is_initial:
            if self._keys is None:
                self._keys = _Keys(known, destination)
            self._frames(self._keys.open(data, start, cursor.at, end))
            self.opened, self.version = True, self.version or version
        elif not self.opened:
            raise _Bad("the first QUIC packet is not an Initial")
        return end

    def _frames(self, payload: bytes) -> None:
        cursor = _Cursor(payload, 0)
        while cursor.at < len(payload):
            kind = cursor.varint()
            if kind in (_PADDING, _PING):
                continue
            if kind == _CRYPTO:
                offset = cursor.varint()
                self._piece(offset, cursor.take(cursor.varint()))
            elif kind in (_ACK, _ACK_ECN):
                cursor.varint()
                cursor.varint()
                ranges = cursor.varint()
                for _ in range(1 + 2 * ranges + (3 if kind == _ACK_ECN else 0)):
                    cursor.varint()
            else:
                return

    def _piece(self, offset: int, piece: bytes) -> None:
        if offset + len(piece) > MAX_HELLO + 4:
            raise _Bad("a ClientHello of more than 16 KiB")
        if len(piece) > len(self._pieces.get(offset, b"")):
            self._pieces[offset] = piece

    def _put_together(self) -> None:
        message = b""
        for offset in sorted(self._pieces):
            if offset > len(message):
                return
            message += self._pieces[offset][len(message) - offset :]
        if len(message) < 4:
            return
        end = 4 + int.from_bytes(message[1:4], "big")
        if message[0] != 1:
            self.outcome = NotQUIC(f"a handshake message of type {message[0]}, not a ClientHello")
        elif end > MAX_HELLO + 4:
            self.outcome = NotQUIC("a ClientHello of more than 16 KiB")
        elif len(message) >= end:
            found = read_message(message, 4, end)
            self.outcome = found if isinstance(found, Hello) else NotQUIC(found.why)


class _Keys:
    """The client's Initial keys (RFC 9001 5.2)."""

    def __init__(self, version: tuple[bytes, bytes, int], connection_id: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        salt, label, _ = version
        initial = hmac.digest(salt, connection_id, "sha256")
        secret = _expand(initial, b"client in", 32)
        self._aead = AESGCM(_expand(secret, label + b"key", 16))
        self._iv = int.from_bytes(_expand(secret, label + b"iv", 12), "big")
        mask = Cipher(algorithms.AES(_expand(secret, label + b"hp", 16)), modes.ECB())
        self._mask: Any = mask.encryptor()

    def open(self, data: bytes, start: int, number_at: int, end: int) -> bytes:
        """Take off header and packet protection (RFC 9001 5.3 and 5.4)."""
        from cryptography.exceptions import InvalidTag

        sample = data[number_at + 4 : number_at + 20]
        if len(sample) < 16 or number_at + 20 > end:
            raise _Bad("a QUIC packet is too short")
        mask = self._mask.update(sample)
        first = data[start] ^ (mask[0] & 0x0F)
        size = (first & 3) + 1
        protected = data[number_at : number_at + size]
        number = bytes(a ^ b for a, b in zip(protected, mask[1:], strict=False))
        header = bytes((first,)) + data[start + 1 : number_at] + number
        nonce = (self._iv ^ int.from_bytes(number, "big")).to_bytes(12, "big")
        try:
            opened: bytes = self._aead.decrypt(nonce, data[number_at + size : end], header)
        except InvalidTag:
            raise _Bad("a QUIC packet that cannot be opened") from None
        return opened

    def seal(self, header: bytes, number: int, payload: bytes) -> bytes:
        """Protect a packet whose header ends in a packet number of four bytes."""
        nonce = (self._iv ^ number).to_bytes(12, "big")
        sealed = self._aead.encrypt(nonce, payload, header)
        mask = self._mask.update(sealed[:16])
        hidden = bytes(a ^ b for a, b in zip(header[-4:], mask[1:5], strict=True))
        return bytes((header[0] ^ (mask[0] & 0x0F),)) + header[1:-4] + hidden + sealed


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label for at most 32 bytes (RFC 8446 7.1)."""
    full = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes((len(full),)) + full + b"\0\x01"
    return hmac.new(secret, info, hashlib.sha256).digest()[:size]


class _Cursor:
    """Reads numbers and byte strings; raises _Bad at the end."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise _Bad("a QUIC packet is cut short")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def varint(self) -> int:
        """A variable-length number (RFC 9000 16)."""
        first = self.byte()
        rest = self.take((1 << (first >> 6)) - 1)
        return int.from_bytes(bytes((first & 0x3F,)) + rest, "big")


def seal_initial(
    destination: bytes, source: bytes, number: int, frames: bytes, version: int = 1, size: int = 0
) -> bytes:
    """Return a client's Initial packet, padded to ``size`` bytes (RFC 9001 5.3 and 5.4).

    Made-up clients use it; the packet number takes four bytes.
    """
    known = _VERSIONS[version]
    keys = _Keys(known, destination)
    first = _LONG_HEADER | _FIXED_BIT | known[2] << 4 | 3
    head = bytes((first,)) + version.to_bytes(4, "big")
    head += bytes((len(destination),)) + destination + bytes((len(source),)) + source + b"\0"
    frames += bytes(max(0, size - len(head) - 2 - 4 - len(frames) - 16))
    head += (0x4000 | 4 + len(frames) + 16).to_bytes(2, "big") + number.to_bytes(4, "big")
    return keys.seal(head, number, frames)

"""OpenVPN's static keys, their files, and the digests that sign with them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

#: A shared or client's key, and a server's, in bytes.
WHOLE: Final = 256
HALF: Final = 128
_QUARTER: Final = 64

_LINES = r"\A(?:#.*?\r?\n)*-----BEGIN {0}-----\r?\n({1}+)-----END {0}-----(?:\r?\n)?\Z"
_SHARED = re.compile(_LINES.format("OpenVPN Static key V1", r"[0-9a-fA-F\r\n]"))
_V2 = re.compile(
    _LINES.format(r"OpenVPN tls-crypt-v2 (?:client|server) key", r"[0-9a-zA-Z+=/\r\n]")
)


@dataclass(frozen=True, slots=True)
class StaticKey:
    """Key material: two quarters (encryption, signature) for each direction.

    ``signs_with``: the quarter that a client signs with (1 where ``--key-direction`` is inverse
    or not used, else 3).
    """

    raw: bytes
    signs_with: int = 3

    def quarter(self, number: int) -> bytes:
        """Return one of the four quarters (of a server's key there are two)."""
        at = number % (len(self.raw) // _QUARTER) * _QUARTER
        return self.raw[at : at + _QUARTER]


def read_shared_key_file(path: str) -> bytes:
    """Read a file made by ``openvpn --genkey secret``; ValueError or OSError if that fails."""
    return bytes.fromhex(_content(path, _SHARED))


def read_v2_key_file(path: str) -> bytes:
    """Read a tls-crypt-v2 key file, of a server or a client."""
    from base64 import b64decode

    return b64decode(_content(path, _V2), validate=True)


def _content(path: str, form: re.Pattern[str]) -> str:
    with open(path, encoding="latin-1", newline="") as file:
        found = form.match(file.read(65536))
    if found is None:
        raise ValueError("invalid static key file contents")
    return found[1].replace("\r", "").replace("\n", "")


def decrypt(key: bytes, iv: bytes, sealed: bytes) -> bytes:
    """AES-256-CTR, the cipher of tls-crypt."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CTR(iv)).decryptor().update(sealed)


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest that tls-auth can sign with; ``hmac(key, content)``."""

    size: int
    hmac: Callable[[bytes, bytes], bytes]

    def signed(self, key: bytes, content: bytes, signature: bytes) -> bool:
        """Was this signed with the key (as much of it as the digest is long)?"""
        import hmac

        return hmac.compare_digest(self.hmac(key[: self.size], content), signature)


@cache
def digests() -> dict[str, Digest]:
    """All digests, by the names OpenSSL has for them, in upper case without separators."""
    import hashlib

    out: dict[str, Digest] = {}

    def add(digest: Digest, *names: str) -> None:
        out.update((name, digest) for name in names)

    def standard(*names: str) -> Digest | None:
        """Take what hashlib calls by the last of these names (not every build has all)."""
        try:
            size = hashlib.new(names[-1]).digest_size
        except ValueError:
            return None
        import hmac

        digest = Digest(size, lambda key, content: hmac.digest(key, content, names[-1]))
        add(digest, *(name.upper().replace("_", "") for name in names))
        return digest

    md5, sha1 = standard("SSL3MD5", "md5"), standard("SSL3SHA1", "sha1")
    for bits in ("224", "256", "384", "512", "512_224", "512_256"):
        standard(f"sha2{bits}", f"sha{bits}")
        standard(f"sha3_{bits}")
    add(_plain_hmac(hashlib.blake2s, 64, 32), "BLAKE2S256")
    add(_plain_hmac(hashlib.blake2b, 128, 64), "BLAKE2B512")
    add(_plain_hmac(hashlib.shake_128, 168, 32), "SHAKE128")
    add(_plain_hmac(hashlib.shake_256, 136, 64), "SHAKE256")
    if md5 and sha1:
        both = Digest(
            36, lambda key, content: md5.hmac(key[:16], content) + sha1.hmac(key[:20], content)
        )
        add(both, "MD5SHA1")
    return out


def _plain_hmac(make: Callable[[bytes], Any], block: int, size: int) -> Digest:
    """HMAC (RFC 2104) for digests that the library's own does not take."""

    def digest(content: bytes) -> bytes:
        made = make(content)
        whole: bytes = made.digest(size) if made.digest_size == 0 else made.digest()
        return whole

    def hmac(key: bytes, content: bytes) -> bytes:
        padded = (key if len(key) <= block else digest(key)).ljust(block, b"\0")
        inner = digest(bytes(b ^ 0x36 for b in padded) + content)
        return digest(bytes(b ^ 0x5C for b in padded) + inner)

    return Digest(size, hmac)


def find_digest(name: str) -> Digest | None:
    """Find a digest by any of its names (``SHA256``, ``sha2-256``, ``SHA-512/224``)."""
    if name not in (name.upper(), name.lower()) and not name.lower().startswith("blake2"):
        return None
    return digests().get(name.upper().translate({ord(c): None for c in "-/+"}))

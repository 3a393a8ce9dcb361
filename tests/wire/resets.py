"""OpenVPN's first packets, made to order with keys of our own."""

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SESSION = b"sessions"
NOW = 1_700_000_000
KEY = bytes(i * 7 % 256 for i in range(256))
CLIENT_KEY = bytes(i * 11 % 256 for i in range(256))
SERVER_KEY = bytes(i * 5 % 256 for i in range(128))
END = bytes(5)


def _sealed(key, iv, content):
    return Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor().update(content)


def replay(when=NOW, number=1):
    """Return packet number and time."""
    return number.to_bytes(4, "big") + when.to_bytes(4, "big")


def plain():
    """Return a reset without protection."""
    return b"\x38" + SESSION + END


def signed(digest="sha256", key=KEY[192:], when=NOW):
    """Return a tls-auth reset."""
    content = replay(when) + b"\x38" + SESSION + END
    size = hashlib.new(digest).digest_size
    signature = hmac.new(key[:size], content, digest).digest()
    return b"\x38" + SESSION + signature + replay(when) + END


def crypt(key=KEY, when=NOW, first=b"\x38", number=1):
    """Return a tls-crypt reset."""
    head = first + SESSION + replay(when, number)
    signature = hmac.new(key[192:224], head + END, "sha256").digest()
    return head + signature + _sealed(key[128:160], signature[:16], END)


def wrapped(key=CLIENT_KEY, server_key=SERVER_KEY, metadata=b"\x01metadata"):
    """Return a client's key, wrapped with the server's."""
    content = key + metadata
    length = (len(content) + 34).to_bytes(2, "big")
    signature = hmac.new(server_key[64:96], length + content, "sha256").digest()
    return signature + _sealed(server_key[:32], signature[:16], content) + length


def crypt_v2(key=CLIENT_KEY, server_key=SERVER_KEY, when=NOW, number=1):
    """Return a tls-crypt-v2 reset."""
    return crypt(key, when, b"\x50", number) + wrapped(key, server_key)

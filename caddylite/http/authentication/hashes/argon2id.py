"""The Argon2id hash."""

from caddylite.http.authentication.config import Hash
from caddylite.registry import module


@module("http.authentication.hashes.argon2id")
class Argon2id(Hash, frozen=True):
    """Hashes that begin with ``$argon2id$`` (RFC 9106)."""

"""The bcrypt hash."""

from caddylite.http.authentication.config import Hash
from caddylite.registry import module


@module("http.authentication.hashes.bcrypt")
class Bcrypt(Hash, frozen=True):
    """Hashes that begin with ``$2``."""

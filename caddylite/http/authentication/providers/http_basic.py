"""HTTP basic authentication (RFC 7617)."""

from typing import Annotated

from caddylite.http.authentication.config import Hash, Provider
from caddylite.node import ALWAYS, Node
from caddylite.registry import module


class Account(Node, frozen=True):
    """A user and the hash of the password (or base64 of that); both may hold placeholders."""

    username: Annotated[str, ALWAYS] = ""
    password: Annotated[str, ALWAYS] = ""


class HashCache(Node, frozen=True):
    """Keep the result of comparisons in memory (hashes are slow on purpose)."""


@module("http.authentication.providers.http_basic")
class HTTPBasic(Provider, frozen=True):
    """Asks for a user name and a password; the hash is bcrypt, the realm "restricted" if unset."""

    hash: Hash | None = None
    accounts: tuple[Account, ...] = ()
    realm: str = ""
    hash_cache: HashCache | None = None

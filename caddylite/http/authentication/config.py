"""The kinds of module that authentication is made of."""

from typing import ClassVar

from caddylite.node import Node


class Provider(Node, frozen=True):
    """Tells who sends a request (``http/authentication/providers``)."""

    namespace: ClassVar[str | None] = "http.authentication.providers"


class Hash(Node, frozen=True):
    """Compares a password with its hash (``http/authentication/hashes``)."""

    namespace: ClassVar[str | None] = "http.authentication.hashes"
    inline_key: ClassVar[str | None] = "algorithm"

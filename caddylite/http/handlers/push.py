"""The ``push`` handler."""

from caddylite.http.handlers.headers import HeaderOps
from caddylite.http.handling import Handler
from caddylite.node import Node
from caddylite.registry import module


class Resource(Node, frozen=True):
    """What is pushed; the method is GET if unset."""

    method: str = ""
    target: str = ""


class PushedHeaders(HeaderOps, frozen=True):
    """Changes to the fields of what is pushed."""


@module("http.handlers.push")
class Push(Handler, frozen=True):
    """Pushes these resources (and those that Link fields name) over HTTP/2."""

    resources: tuple[Resource, ...] = ()
    headers: PushedHeaders | None = None

"""The ``default_bind`` option."""

from typing import Any

from caddylite.adapt.options._values import Bind
from caddylite.caddyfile.dispenser import Dispenser


def parse(d: Dispenser, existing: Any) -> list[Bind]:
    """Say what sites without a ``bind`` of their own listen on.

    Syntax::

        default_bind <addresses...> {
            protocols h1|h2|h2c|h3...
        }
    """
    d.next()
    return [read_bind(d, d.args() or [""])]


def read_bind(d: Dispenser, addresses: list[str]) -> Bind:
    """Read the block of ``bind`` and ``default_bind``."""
    protocols: list[str] = []
    for option in d.block():
        if option != "protocols":
            raise d.err(f"unknown subdirective: {option}")
        protocols = d.args()
        if not protocols:
            raise d.err("protocols requires one or more arguments")
    return Bind(tuple(addresses), tuple(protocols))

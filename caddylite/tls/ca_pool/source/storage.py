"""Authorities in a storage."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields
from caddylite.kinds import Storage
from caddylite.registry import module
from caddylite.tls.ca_pool.lines import read_list
from caddylite.tls.kinds import CAPool


@module("tls.ca_pool.source.storage")
class FromStorage(CAPool, frozen=True):
    """Trusts the certificates under some keys of a storage.

    Syntax::

        trust_pool storage [<keys...>] {
            storage <module> ...
            keys    <keys...>
        }
    """

    storage: Storage | None = None
    pem_keys: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the keys and the storage."""
        return cls(**read_list(d, "pem_keys", "keys", {"storage": _storage}))


def _storage(d: Dispenser, out: Fields) -> None:
    if "storage" in out:
        raise d.err("storage module already set")
    d.arg()
    out["storage"] = load_module(d, Storage)

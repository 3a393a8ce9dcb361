"""Accepted certificates in a storage."""

from typing import ClassVar

from caddylite.kinds import Storage
from caddylite.registry import module
from caddylite.tls.kinds import LeafLoader


@module("tls.leaf_cert_loader.storage")
class FromStorage(LeafLoader, frozen=True):
    """Accepts the certificates under some keys of a storage; in JSON only."""

    go_type: ClassVar[str] = "*caddytls.LeafStorageLoader"

    certificates: tuple[str, ...] = ()
    storage: Storage | None = None

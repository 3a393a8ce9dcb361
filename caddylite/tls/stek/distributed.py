"""Session ticket keys shared with others."""

from caddylite.kinds import Storage
from caddylite.registry import module
from caddylite.tls.kinds import TicketKeys


@module("tls.stek.distributed")
class Distributed(TicketKeys, frozen=True):
    """Keeps the keys in a storage, so that several servers have the same; in JSON only."""

    storage: Storage | None = None

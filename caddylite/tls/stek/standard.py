"""Session ticket keys made by this process."""

from caddylite.registry import module
from caddylite.tls.kinds import TicketKeys


@module("tls.stek.standard")
class Standard(TicketKeys, frozen=True):
    """Makes keys at random, and changes them now and then; in JSON only."""

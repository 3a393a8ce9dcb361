"""The ``round_robin`` selection policy."""

from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("layer4.proxy.selection_policies.round_robin")
class RoundRobin(SelectionPolicy, frozen=True):
    """One after the other.

    Syntax::

        round_robin
    """

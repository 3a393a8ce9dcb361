"""The ``weighted_round_robin`` selection policy."""

from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("layer4.proxy.selection_policies.weighted_round_robin")
class WeightedRoundRobin(SelectionPolicy, frozen=True):
    """One after the other, each as often as its weight says.

    Syntax::

        weighted_round_robin
    """

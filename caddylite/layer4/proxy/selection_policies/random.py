"""The ``random`` selection policy."""

from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("layer4.proxy.selection_policies.random")
class Random(SelectionPolicy, frozen=True):
    """Any available upstream, by chance.

    Syntax::

        random
    """

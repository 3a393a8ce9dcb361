"""The ``first`` selection policy."""

from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("layer4.proxy.selection_policies.first")
class First(SelectionPolicy, frozen=True):
    """The first that is available.

    Syntax::

        first
    """

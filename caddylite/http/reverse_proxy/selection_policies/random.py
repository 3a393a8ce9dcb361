"""The ``random`` policy."""

from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.random")
class Random(SelectionPolicy, frozen=True):
    """Takes any available upstream (the default policy).

    Syntax::

        lb_policy random
    """

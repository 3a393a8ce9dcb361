"""The ``first`` policy."""

from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.first")
class First(SelectionPolicy, frozen=True):
    """Takes the first available upstream.

    Syntax::

        lb_policy first
    """

"""The ``round_robin`` policy."""

from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.round_robin")
class RoundRobin(SelectionPolicy, frozen=True):
    """Takes the upstreams in turn.

    Syntax::

        lb_policy round_robin
    """

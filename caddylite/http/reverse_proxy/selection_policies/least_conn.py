"""The ``least_conn`` policy."""

from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.least_conn")
class LeastConn(SelectionPolicy, frozen=True):
    """Takes an upstream with the fewest requests under way.

    Syntax::

        lb_policy least_conn
    """

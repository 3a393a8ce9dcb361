"""The ``least_conn`` selection policy."""

from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("layer4.proxy.selection_policies.least_conn")
class LeastConn(SelectionPolicy, frozen=True):
    """The one with the fewest connections; among several of these by chance.

    Syntax::

        least_conn
    """

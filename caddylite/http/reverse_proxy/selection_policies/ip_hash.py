"""The ``ip_hash`` policy."""

from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.ip_hash")
class IPHash(SelectionPolicy, frozen=True):
    """Takes the same upstream for the same peer address.

    Syntax::

        lb_policy ip_hash
    """

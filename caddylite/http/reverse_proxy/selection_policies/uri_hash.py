"""The ``uri_hash`` policy."""

from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.uri_hash")
class URIHash(SelectionPolicy, frozen=True):
    """Takes the same upstream for the same request URI.

    Syntax::

        lb_policy uri_hash
    """

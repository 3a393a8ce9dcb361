"""The ``client_ip_hash`` policy."""

from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.client_ip_hash")
class ClientIPHash(SelectionPolicy, frozen=True):
    """Takes the same upstream for the same client (trusted proxies are believed).

    Syntax::

        lb_policy client_ip_hash
    """

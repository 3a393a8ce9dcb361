"""The ``ip_hash`` selection policy."""

from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("layer4.proxy.selection_policies.ip_hash")
class IPHash(SelectionPolicy, frozen=True):
    """The same for the same client address, as long as the upstreams stay the same.

    Syntax::

        ip_hash
    """

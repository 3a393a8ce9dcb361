"""The DNS provider for whatever needs one.

Syntax::

    dns <provider> <options...>
"""

from caddylite.adapt.options._readers import dns_provider as parse

__all__ = ["parse"]

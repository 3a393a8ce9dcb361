"""The provider for the DNS challenge; alone, the one of the ``dns`` option.

Syntax::

    acme_dns [<provider> <options...>]
"""

from caddylite.adapt.options._readers import dns_provider as parse

__all__ = ["parse"]

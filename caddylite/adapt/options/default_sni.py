"""The server name to assume where a ClientHello has none.

Syntax::

    default_sni <name>
"""

from caddylite.adapt.options._readers import one_word as parse

__all__ = ["parse"]

"""The server name to assume where no certificate fits.

Syntax::

    fallback_sni <name>
"""

from caddylite.adapt.options._readers import one_word as parse

__all__ = ["parse"]

"""The ACME CA's directory.

Syntax::

    acme_ca <url>
"""

from caddylite.adapt.options._readers import one_word as parse

__all__ = ["parse"]

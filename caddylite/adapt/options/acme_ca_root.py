"""A PEM file to trust the ACME CA's own certificate by.

Syntax::

    acme_ca_root <file>
"""

from caddylite.adapt.options._readers import one_word as parse

__all__ = ["parse"]

"""The address that the ACME account is registered with.

Syntax::

    email <address>
"""

from caddylite.adapt.options._readers import one_word as parse

__all__ = ["parse"]

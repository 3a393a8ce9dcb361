"""The lifetime to ask of the ACME CA.

Syntax::

    cert_lifetime <time>
"""

from caddylite.adapt.options._readers import duration as parse

__all__ = ["parse"]

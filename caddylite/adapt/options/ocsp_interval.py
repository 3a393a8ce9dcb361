"""How often OCSP staples are looked through.

Syntax::

    ocsp_interval <time>
"""

from caddylite.adapt.options._readers import duration as parse

__all__ = ["parse"]

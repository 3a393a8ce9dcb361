"""How often certificates are looked through for those to renew.

Syntax::

    renew_interval <time>
"""

from caddylite.adapt.options._readers import duration as parse

__all__ = ["parse"]

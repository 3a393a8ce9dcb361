"""Log at level debug.

Syntax::

    debug
"""

from caddylite.adapt.options._readers import on as parse

__all__ = ["parse"]

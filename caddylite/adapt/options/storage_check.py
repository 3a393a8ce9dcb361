"""Do not try whether the storage can be written to.

Syntax::

    storage_check off
"""

from caddylite.adapt.options._readers import only_off as parse

__all__ = ["parse"]

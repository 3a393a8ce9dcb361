"""Do not put the internal CA's root into the system's trust store.

Syntax::

    skip_install_trust
"""

from caddylite.adapt.options._readers import on as parse

__all__ = ["parse"]

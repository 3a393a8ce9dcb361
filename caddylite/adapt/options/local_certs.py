"""Let the internal CA sign all certificates.

Syntax::

    local_certs
"""

from caddylite.adapt.options._readers import on as parse

__all__ = ["parse"]

"""The port for HTTPS, where it is not 443.

Syntax::

    https_port <port>
"""

from caddylite.adapt.options._readers import port as parse

__all__ = ["parse"]

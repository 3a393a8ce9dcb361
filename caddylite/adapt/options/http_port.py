"""The port for HTTP, where it is not 80.

Syntax::

    http_port <port>
"""

from caddylite.adapt.options._readers import port as parse

__all__ = ["parse"]

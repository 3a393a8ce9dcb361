"""How long the server goes on as before when it is told to stop.

Syntax::

    shutdown_delay <time>
"""

from caddylite.adapt.options._readers import duration as parse

__all__ = ["parse"]

"""How long connections may go on when the server stops.

Syntax::

    grace_period <time>
"""

from caddylite.adapt.options._readers import duration as parse

__all__ = ["parse"]

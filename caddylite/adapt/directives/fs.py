"""The ``fs`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.vars import Vars


def handler(h: Helper) -> Vars:
    """Say which file system files are served from, by its name in the ``filesystem`` option.

    Syntax::

        fs [<matcher>] <name>
    """
    h.next()
    return Vars({"fs": h.only_arg()})

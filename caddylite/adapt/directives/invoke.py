"""The ``invoke`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.invoke import Invoke


def handler(h: Helper) -> Invoke:
    """Run a named route, one that stands in the file as ``&(name) { … }``.

    Syntax::

        invoke [<matcher>] <name>
    """
    h.next()
    name = h.arg()
    if h.next() or h.next_block():
        raise h.arg_err()
    h.invoke(name)
    return Invoke(name)

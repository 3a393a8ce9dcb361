"""The ``method`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.rewrite import Rewrite


def handler(h: Helper) -> Rewrite:
    """Change the request's method.

    Syntax::

        method [<matcher>] <method>
    """
    h.next()
    return Rewrite(method=h.only_arg())

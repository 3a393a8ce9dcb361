"""The ``log_skip`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.vars import Vars


def handler(h: Helper) -> Vars:
    """Leave requests out of the access log.

    Syntax::

        log_skip [<matcher>]
    """
    h.next()
    if h.val == "skip_log":
        h.deprecated("log_skip")
    h.no_more_args()
    if h.next_block():
        raise h.err("log_skip directive does not accept blocks")
    return Vars({"log_skip": True})

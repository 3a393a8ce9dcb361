"""The ``log_name`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.vars import Vars


def handler(h: Helper) -> Vars:
    """Say which loggers write the access log of these requests.

    Syntax::

        log_name [<matcher>] <names...>
    """
    h.next()
    return Vars({"access_logger_names": h.args() or None})

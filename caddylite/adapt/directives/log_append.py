"""The ``log_append`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.log_append import LogAppend


def handler(h: Helper) -> LogAppend:
    """Add a field to the access log; with ``<`` before the key, before the handlers run.

    Syntax::

        log_append [<matcher>] [<]<key> <value>
    """
    h.next()
    key, value = h.arg(), h.arg()
    early = key.startswith("<") and len(key) > 1
    return LogAppend(key[1:] if early else key, value, early)

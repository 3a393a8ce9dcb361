"""The ``copy_response_headers`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.caddyfile.options import Table, more_words, read_block
from caddylite.http.handlers.copy_response_headers import CopyResponseHeaders

_SYNTAX: Table = {"include": more_words("include"), "exclude": more_words("exclude")}


def handler(h: Helper) -> CopyResponseHeaders:
    """Copy fields of the proxy's response (only inside ``handle_response``).

    Syntax::

        copy_response_headers [<matcher>] {
            include <fields...>
            exclude <fields...>
        }
    """
    h.next()
    if h.args():
        raise h.arg_err()
    return CopyResponseHeaders(**read_block(h, _SYNTAX, "unrecognized subdirective '{}'"))

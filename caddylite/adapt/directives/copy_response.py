"""The ``copy_response`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.gonumbers import atoi
from caddylite.http.handlers.copy_response import CopyResponse
from caddylite.http.weak import WeakString


def handler(h: Helper) -> CopyResponse:
    """Answer with the proxy's response (only inside ``handle_response``).

    Syntax::

        copy_response [<matcher>] [<status>] {
            status <status>
        }
    """
    h.next()
    args = h.args()
    if len(args) == 1 and _positive(args[0]):
        return CopyResponse(WeakString(args[0]))
    status = ""
    for option in h.block():
        if option != "status":
            raise h.err(f"unrecognized subdirective '{option}'")
        status = h.arg()
    return CopyResponse(WeakString(status))


def _positive(word: str) -> bool:
    try:
        return atoi(word) > 0
    except ValueError:
        return False

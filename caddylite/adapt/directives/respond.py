"""The ``respond`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.static_response import StaticResponse
from caddylite.http.weak import WeakString


def handler(h: Helper) -> StaticResponse:
    """Answer with a status, a body, or both. A lone number of three digits is a status.

    Syntax::

        respond [<matcher>] <status>|<body> [<status>] {
            body <text>
            close
        }
    """
    h.next()
    body, status = status_or_text(h)
    close = False
    for option in h.block():
        if option == "body":
            if body:
                raise h.err("body already specified")
            (body,) = h.exactly()
        elif option == "close":
            if close:
                raise h.err("close already specified")
            close = True
        else:
            raise h.err(f"unrecognized subdirective '{option}'")
    return StaticResponse(status_code=WeakString(status), body=body, close=close)


def status_or_text(h: Helper) -> tuple[str, str]:
    """Read ``<status>|<text> [<status>]``; return text and status."""
    args = h.args()
    if not 1 <= len(args) <= 2:
        raise h.arg_err()
    if len(args) == 2:
        return args[0], args[1]
    (word,) = args
    return ("", word) if _is_status(word) else (word, "")


def _is_status(word: str) -> bool:
    digits = word.removeprefix("+")
    return len(word) == 3 and digits.isascii() and digits.isdigit() and int(digits) > 0

"""The ``redir`` directive."""

from typing import Final

from caddylite.adapt.helper import Helper
from caddylite.gonumbers import atoi
from caddylite.http.handlers.static_response import StaticResponse
from caddylite.http.weak import WeakString

_WORDS: Final = {"": "302", "temporary": "302", "permanent": "301", "html": "200"}

# Caddy's page, to the letter: it is part of the config.
_PAGE: Final = """<!DOCTYPE html>
<html>
	<head>
		<title>Redirecting...</title>
		<script>window.location.replace("{0}");</script>
		<meta http-equiv="refresh" content="0; URL='{0}'">
	</head>
	<body>Redirecting to <a href="{0}">{0}</a>...</body>
</html>
"""


def handler(h: Helper) -> StaticResponse:
    """Send the client elsewhere. ``html`` answers a page that redirects browsers only.

    Syntax::

        redir [<matcher>] <to> [permanent|temporary|html|<code>]
    """
    h.next()
    to = h.arg()
    word = h.opt_arg() or ""
    code = _WORDS.get(word, word)
    if word == "html":
        return StaticResponse(
            WeakString(code),
            {"Content-Type": ("text/html; charset=utf-8",)},
            _PAGE.format(_escape(to)),
        )
    if word not in _WORDS and not code.startswith("{"):
        _check(h, code)
    return StaticResponse(WeakString(code), {"Location": (to,)})


def _check(h: Helper, code: str) -> None:
    try:
        number = atoi(code)
    except ValueError:
        raise h.err(f"Not a supported redir code type or not valid integer: '{code}'") from None
    # 401 with a Location lets a script go to the login page by itself.
    if not 300 <= number <= 399 and number != 401:
        raise h.err(f"Redir code not in the 3xx range or 401: '{number}'")


def _escape(text: str) -> str:
    for char, name in (("&", "&amp;"), ("'", "&#39;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, name)
    return text.replace('"', "&#34;")

"""The ``request_header`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.http.handlers.headers import Headers
from caddylite.http.header_edits import HeaderEdits


def parse(h: Helper) -> list[ConfigValue]:
    """Change a field of the request before the handlers see it.

    Syntax::

        request_header [<matcher>] [[+|-]<field> [<value>|<find>] [<replace>]]
    """
    h.next()
    matchers = h.take_matcher_set()
    h.next()
    field = h.arg().removesuffix(":")
    value, replacement = h.opt_arg() or "", h.opt_arg()
    if replacement is not None:
        h.no_more_args()
    edits = HeaderEdits()
    try:
        edits.edit_request(field, value, replacement)
    except ValueError as e:
        raise h.err(str(e)) from None
    return h.route(matchers, Headers(request=edits.request()))

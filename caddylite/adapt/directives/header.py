"""The ``header`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.http.handlers.headers import Headers
from caddylite.http.header_edits import HeaderEdits
from caddylite.http.response_matcher import ResponseMatcher, parse_named


def parse(h: Helper) -> list[ConfigValue]:
    """Change fields of the response: one on the line, or several in the block.

    Syntax::

        header [<matcher>] [[+|-|?|>]<field> [<value>|<find>] [<replace>]] {
            <edit as above>
            defer
            match <response matcher>
        }
    """
    h.next()
    matchers = h.take_matcher_set()
    h.next()
    edits, defaults = HeaderEdits(), HeaderEdits()
    require: ResponseMatcher | None = None
    on_line = h.next_arg()
    if on_line:
        edits.edit(h.val, *_value(h))
    for field in h.block():
        if field == "defer":
            edits.deferred = True
        elif field == "match":
            found: dict[str, ResponseMatcher] = {}
            parse_named(h.sub(), found)
            require = found["match"]
        elif on_line:
            raise h.err("cannot specify headers in both arguments and block")
        else:
            field = field.removesuffix(":")
            chosen = defaults if field.startswith("?") else edits
            chosen.edit(field, *_value(h))
    if require is not None:
        edits.require = require
    out: list[ConfigValue] = []
    for each in (edits, defaults):
        handler = Headers(response=each.response())
        if handler != _NOTHING:
            out += h.route(matchers, handler)
    return out


_NOTHING = Headers(response=HeaderEdits().response())


def _value(h: Helper) -> tuple[str, str | None]:
    return h.opt_arg() or "", h.opt_arg()

"""The ``intercept`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.adapt.proxy.responses import (
    Matchers,
    matched_first,
    read_handle_response,
    read_replace_status,
)
from caddylite.http.handlers.intercept import Intercept
from caddylite.http.response_matcher import parse_named


def handler(h: Helper) -> Intercept:
    """Answer otherwise for some of the responses of the handlers that follow.

    Syntax::

        intercept [<matcher>] {
            @name {
                status <codes...>
                header <field> [<value>]
            }
            replace_status [@name] <status>
            handle_response [@name] {
                <directives...>
            }
        }
    """
    h.next()
    matchers: Matchers = {}
    responses, blocks = [], []
    for option in h.block():
        if option.startswith("@"):
            parse_named(h.sub(), matchers)
        elif option == "handle_response":
            blocks.append(h.sub())
        elif option == "replace_status":
            responses.append(read_replace_status(h, matchers))
        else:
            raise h.err(f"unrecognized subdirective {option}")
    # a block may name a matcher that is defined after it
    responses += [read_handle_response(d, matchers, h) for d in blocks]
    return Intercept(matched_first(responses))

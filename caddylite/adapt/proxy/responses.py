"""``handle_response`` and ``replace_status``: what is done instead of passing a response on."""

from caddylite.adapt.helper import Helper
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gotext import to_string
from caddylite.http.response_handler import ResponseHandler
from caddylite.http.response_matcher import ResponseMatcher
from caddylite.http.weak import WeakString

Matchers = dict[str, ResponseMatcher]


def read_replace_status(d: Dispenser, matchers: Matchers) -> ResponseHandler:
    """Read ``replace_status [<matcher>] <status>``."""
    words = d.args()
    if len(words) not in (1, 2):
        raise d.err(
            "must have one or two arguments: an optional response matcher, and a status code"
        )
    match = _find(d, matchers, words[0]) if len(words) == 2 else None
    if d.next_block(d.nesting):
        raise d.err("cannot define routes for 'replace_status', use 'handle_response' instead.")
    return ResponseHandler(match=match, status_code=WeakString(words[-1]))


def read_handle_response(d: Dispenser, matchers: Matchers, h: Helper) -> ResponseHandler:
    """Read ``handle_response [<matcher>] { <directives...> }``; ``h`` knows the directives."""
    d.next()
    words = d.args()
    if len(words) > 1:
        raise d.err(
            "too many arguments for 'handle_response': only a single response matcher name is "
            f"allowed, but got: {to_string(words)}"
        )
    match = _find(d, matchers, words[0]) if words else None
    return ResponseHandler(match=match, routes=h.over(d.sub()).subroute().routes)


def _find(d: Dispenser, matchers: Matchers, name: str) -> ResponseMatcher:
    if not name.startswith("@"):
        raise d.err("must use a named response matcher, starting with '@'")
    if name not in matchers:
        raise d.err(f"no named response matcher defined with name '{name[1:]}'")
    return matchers[name]


def matched_first(handlers: list[ResponseHandler]) -> tuple[ResponseHandler, ...]:
    """Put those that take every response behind those that do not."""
    return tuple(sorted(handlers, key=lambda handler: handler.match is None))

"""The ``forward_auth`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.adapt.proxy.own_lines import drop, inner_words, lines
from caddylite.adapt.proxy.reader import ProxyReader
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.fields import canonical
from caddylite.http.handlers.headers import HeaderOps, Headers
from caddylite.http.handlers.vars import Vars
from caddylite.http.header_edits import HeaderEdits
from caddylite.http.matchers.not_ import Not
from caddylite.http.matchers.vars import Vars as VarsMatcher
from caddylite.http.response_handler import ResponseHandler
from caddylite.http.response_matcher import ResponseMatcher
from caddylite.http.route import Route


def parse(h: Helper) -> list[ConfigValue]:
    """Ask another server whether a request may pass, before it goes on to the next handlers.

    Syntax::

        forward_auth [<matcher>] [<upstreams...>] {
            uri          <to>
            copy_headers <fields...> {
                <fields...>
            }
            <any of reverse_proxy>
        }

    A 2xx answer lets the request pass, with the fields named (``From>To``) copied from the answer;
    any other answer is the client's.
    """
    h.next()
    matchers = h.take_matcher_set()
    d = inner_words(h)
    uri, copied = _own_lines(d)
    d.reset()
    if not uri:
        raise d.err("the 'uri' subdirective is required")
    proxy = ProxyReader()
    proxy.fields["rewrite"] = {"method": "GET", "uri": uri}
    proxy.request = HeaderEdits()
    proxy.request.set = {
        "X-Forwarded-Method": ("{http.request.method}",),
        "X-Forwarded-Uri": ("{http.request.uri}",),
    }
    proxy.responses.append(_passed(copied))
    d.next()
    proxy.read(d)
    return h.route(matchers, proxy.finish(h))


def _own_lines(d: Dispenser) -> tuple[str, dict[str, str]]:
    """Take ``uri`` and ``copy_headers`` out; return the URI, and which field becomes which."""
    uri = ""
    copied: dict[str, str] = {}
    for name in lines(d):
        if name == "uri":
            word = d.arg()
            if uri:
                raise d.err(f"cannot re-declare uri: {word}")
            uri = word
            drop(d, 2)
        elif name == "copy_headers":
            for field in _fields(d):
                before, arrow, after = field.partition(">")
                copied[before] = after.partition(">")[0] if arrow else field
            if not copied:
                raise d.arg_err()
    return uri, copied


def _fields(d: Dispenser) -> list[str]:
    words = d.args()
    on_line = len(words)
    words += list(d.block())
    drop(d, len(words) + 1)
    if len(words) > on_line:
        drop(d, 2)  # the braces
    return words


def _passed(copied: dict[str, str]) -> ResponseHandler:
    """What is done with a good answer: copy fields to the request, and let it go on.

    The handler that does nothing makes sure that there is a route.
    """
    routes = [Route(handle=(Vars(),))]
    for source in sorted(copied, key=lambda s: s.encode("utf-8", "surrogateescape")):
        routes += _copy(source, canonical(copied[source]))
    return ResponseHandler(match=ResponseMatcher((2,)), routes=tuple(routes))


def _copy(source: str, to: str) -> list[Route]:
    """Copy a field. What the client has sent under its name is deleted first: it is not true."""
    value = f"{{http.reverse_proxy.header.{canonical(source)}}}"
    is_empty = VarsMatcher({value: ("",)})
    return [
        Route(handle=(Headers(HeaderOps(delete=(to,))),)),
        Route(
            match=({"not": Not(({"vars": is_empty},))},),
            handle=(Headers(HeaderOps(set={to: (value,)})),),
        ),
    ]

"""The ``handle_errors`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.gonumbers import atoi
from caddylite.http.handlers.subroute import Subroute
from caddylite.http.matchers.expression import Expression
from caddylite.http.route import Route


def parse(h: Helper) -> list[ConfigValue]:
    """Run the directives of the block for errors: for all, or for some status codes.

    Syntax::

        handle_errors [<codes|4xx|5xx...>] {
            <directives...>
        }
    """
    h.next()
    expression = _expression(h)
    # what reads the block takes the word before it for the directive's name
    h.prev()
    route = Route(handle=(h.subroute(),))
    if expression:
        route = Route(match=({"expression": Expression(expression)},), handle=route.handle)
    return [ConfigValue("error_route", Subroute(routes=(route,)))]


def _expression(h: Helper) -> str:
    """Read status codes and classes of them; return what says so in CEL."""
    terms: list[str] = []
    codes: list[str] = []
    for word in h.args():
        if len(word.encode(errors="surrogateescape")) != 3:
            raise h.err(f"bad status value '{word}'")
        wanted = word[:-2] if word.endswith("xx") else word
        try:
            atoi(wanted)
        except ValueError as e:
            raise h.err(f"bad status value '{wanted}': {e}") from None
        if wanted is word:
            codes.append(word)
        else:
            terms.append(
                f"{{http.error.status_code}} >= {wanted}00"
                f" && {{http.error.status_code}} <= {wanted}99"
            )
    if codes:
        terms.append(f"{{http.error.status_code}} in [{', '.join(codes)}]")
    return " || ".join(terms)

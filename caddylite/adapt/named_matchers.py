"""Named matchers: ``@name`` before a matcher, a block of them, or a quoted expression."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.parser import Segment
from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError, UnknownName
from caddylite.http.matching import MATCHER_NAME, RequestMatcher
from caddylite.http.route import MatcherSet
from caddylite.registry import find


def define_matcher(segment: Segment, matchers: dict[str, MatcherSet]) -> None:
    """Read one definition and add it to those in scope; a name can be given once."""
    d = Dispenser(segment)
    d.next()
    name = d.val
    if name in matchers:
        raise ConfigError(f"matcher is defined more than once: {name}", d.at).as_is()
    matchers[name] = {}
    matchers[name] = {
        kind: _read_matcher(name, kind, words) for kind, words in _words_by_kind(d).items()
    }


def _words_by_kind(d: Dispenser) -> dict[str, list[Token]]:
    """Collect the words of each kind of matcher; the same kind's words go together.

    A quoted word in the place of a kind is an expression, and ends the definition.
    """
    if d.next_arg():
        if d.token.quote:
            return {"expression": [d.token.replaced("expression"), d.token]}
        d.prev()
    words: dict[str, list[Token]] = {}
    nesting = d.nesting
    while d.next_arg() or d.next_block(nesting):
        words.setdefault(d.val, []).extend(d.segment())
    return words


def _read_matcher(name: str, kind: str, words: list[Token]) -> RequestMatcher:
    try:
        cls: type[RequestMatcher] = find("http.matchers", kind)
    except UnknownName as e:
        message = f"getting matcher module '{kind}': module not registered: http.matchers.{kind}"
        raise ConfigError(message, words[0].span, e.hint).as_is() from None
    return cls.parse(Dispenser(words, {MATCHER_NAME: name[1:]}))

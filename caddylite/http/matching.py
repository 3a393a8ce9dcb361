"""What a request matcher is; the IR of each is in ``http/matchers``."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError, UnknownName
from caddylite.kinds import refuse_null
from caddylite.node import Node
from caddylite.registry import find

if TYPE_CHECKING:
    from caddylite.http.request import Request

#: What :meth:`RequestMatcher.prepare` makes: does this request match?
Test = Callable[["Request"], bool]

#: The key in ``Dispenser.context`` under which a named matcher's name (without ``@``) is found.
MATCHER_NAME: Final = "matcher_name"


class MatchError(Exception):
    """A matcher ends the request with an error: the status to answer, and why."""

    def __init__(self, status: int, why: str = "") -> None:
        super().__init__(why)
        self.status, self.why = status, why


class RequestMatcher(Node, frozen=True):
    """Says whether an HTTP request is of some kind."""

    namespace: ClassVar[str | None] = "http.matchers"

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the matcher's Caddyfile syntax; the cursor stands before the matcher's name.

        Where the same matcher is named several times in one set, its words are all in ``d``
        (``while d.next():``), as Caddy hands them over.
        """
        raise NotImplementedError

    def prepare(self, cx: Any) -> Test:
        """Return the function that matches (regexps compiled, ranges parsed); ConfigError if bad.

        The function may raise MatchError. What a matcher finds out (captures) it writes to
        ``request.placeholders``.
        """
        return self.match

    def match(self, request: "Request") -> bool:
        """Answer. Called by the default :meth:`prepare`."""
        raise NotImplementedError


MatcherSet = dict[str, RequestMatcher]


def no_block(d: Dispenser, name: str) -> None:
    """Complain if a block opens here; most matchers have none."""
    if d.next_block():
        raise d.err(f"malformed {name} matcher: blocks are not supported")


def parse_nested_set(d: Dispenser) -> MatcherSet:
    """Read the matchers after the current word, on its line or in the block that opens there.

    The words of a matcher that is named several times go to it together. A quoted word is an
    ``expression``.
    """
    words: dict[str, list[Token]] = {}
    nesting = d.nesting
    while d.next_arg() or d.next_block(nesting):
        if d.token.quote:
            name = d.token.replaced("expression")
            words.setdefault("expression", []).extend((name, d.token))
        else:
            words.setdefault(d.val, []).extend(d.segment())
    return {name: parse_matcher(d, name, tokens) for name, tokens in words.items()}


def parse_matcher(
    d: Dispenser, name: str, tokens: list[Token], context: dict[str, Any] | None = None
) -> RequestMatcher:
    """Read one matcher from its words; ``d`` is where a complaint about its name points to."""
    try:
        cls: type[RequestMatcher] = find("http.matchers", name)
    except UnknownName as e:
        message = f"getting matcher module '{name}': module not registered: http.matchers.{name}"
        raise d.err(message, e.hint) from None
    return cls.parse(Dispenser(tokens, context))


def _prepare(matcher: RequestMatcher, cx: Any) -> Test:
    """Prepare one matcher of a set; a complaint names it as Caddy's provisioning does."""
    refuse_null(matcher)
    try:
        return matcher.prepare(cx)
    except ConfigError as e:
        raise e.named(matcher.name, matcher.id) from None


def all_of(matchers: MatcherSet, cx: Any) -> Test:
    """Return a test for a whole set: all its matchers must match."""
    tests = [_prepare(m, cx) for m in matchers.values()]
    if len(tests) == 1:
        return tests[0]

    def every(request: "Request") -> bool:
        for test in tests:  # noqa: SIM110 - a generator would cost more than the tests
            if not test(request):
                return False
        return True

    return every


def any_of(sets: Iterable[MatcherSet], cx: Any) -> Test:
    """Return a test for several sets: one must match; with no set at all everything does."""
    tests = [all_of(s, cx) for s in sets]
    if not tests:
        return lambda request: True
    if len(tests) == 1:
        return tests[0]

    def some(request: "Request") -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(request):
                return True
        return False

    return some

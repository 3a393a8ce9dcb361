"""The ``http`` matcher."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.http.matching import MatchError, RequestMatcher, any_of, parse_nested_set
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.registry import module


@module("layer4.matchers.http")
class HTTP(Matcher, frozen=True):
    """Matches connections that open with an HTTP request: HTTP/1, or HTTP/2 in clear text.

    The request's whole head is waited for. The matchers inside are those of the HTTP app; all in a
    set must match. It sets ``{l4.http.host}``.

    Syntax::

        http [[not] <request matcher> <arguments...>]
        http {
            [not] <request matcher> <arguments...>
        }
    """

    transparent: ClassVar[bool] = True

    sets: tuple[dict[str, RequestMatcher], ...] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read one set of request matchers."""
        d.next()
        return cls((parse_nested_set(d),))

    def prepare(self, house: Any) -> Match:
        """Prepare the request matchers."""
        from caddylite.layer4.peeked import request

        try:
            test = any_of(self.sets or (), house)
        except ConfigError as e:
            raise e.wrap("loading matcher modules: ") from None

        def match(p: Peek) -> bool:
            found = request(p)
            if isinstance(found, str):
                return p.no(found)
            p.cx.placeholders["l4.http.host"] = found.host
            try:
                if test(found):
                    return True
            except MatchError as e:
                return p.no(f"a request matcher failed: {e.why}")
            return p.no(f"no match for {found.method} {found.host}{found.raw_path}")

        return match

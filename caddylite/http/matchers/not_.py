"""The ``not`` matcher."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.http.matching import RequestMatcher, Test, any_of, parse_nested_set
from caddylite.registry import module


@module("http.matchers.not")
class Not(RequestMatcher, frozen=True):
    """Matches requests that none of its matcher sets matches.

    Syntax::

        not <matcher> <arguments...>
        not {
            <matchers...>
        }
    """

    transparent: ClassVar[bool] = True

    sets: tuple[dict[str, RequestMatcher], ...] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read a set from each ``not``."""
        sets = []
        while d.next():
            sets.append(parse_nested_set(d))
        return cls(tuple(sets))

    def prepare(self, cx: Any) -> Test:
        """Prepare what is negated. Without any set it matches everything."""
        if not self.sets:
            return lambda request: True
        try:
            negated = any_of(self.sets, cx)
        except ConfigError as e:
            raise e.wrap("loading matcher sets: ") from None
        return lambda request: not negated(request)

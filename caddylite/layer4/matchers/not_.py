"""The ``not`` matcher."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.layer4.sets import all_of, some_of
from caddylite.layer4.syntax import parse_matcher_set
from caddylite.registry import module


@module("layer4.matchers.not")
class Not(Matcher, frozen=True):
    """Matches connections that none of its matcher sets matches.

    A Caddyfile gives it one set: what stands inside is negated together (not both … and …).
    JSON may have several: then none of them may match.

    Syntax::

        not <matcher> <arguments...>
        not {
            <matchers...>
        }
    """

    transparent: ClassVar[bool] = True

    sets: tuple[dict[str, Matcher], ...] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read one set."""
        d.next()
        return cls((parse_matcher_set(d),))

    def prepare(self, house: Any) -> Match:
        """Prepare what is negated; without any set everything matches."""
        try:
            inside = some_of([all_of(s, house) for s in self.sets or ()])
        except ConfigError as e:
            raise e.wrap("loading matcher sets: ") from None

        def match(p: Peek) -> bool:
            if inside(p):
                return p.no("what is negated does match")
            return True

        return match

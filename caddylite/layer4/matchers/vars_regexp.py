"""The ``vars_regexp`` matcher."""

from typing import Annotated, Any, ClassVar, Self

from msgspec import field

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError, InvalidConfiguration
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.layer4.variables import variable
from caddylite.node import ALWAYS, Node
from caddylite.registry import module


class NamedRegexp(Node, frozen=True):
    """A regular expression and the name under which its captures are found."""

    name_: str = field(default="", name="name")
    pattern: Annotated[str, ALWAYS] = ""


@module("layer4.matchers.vars_regexp")
class VarsRegexp(Matcher, frozen=True):
    """Matches a variable, or a placeholder given as ``{name}``, against a regular expression.

    Captures become ``{l4.regexp.<group>}`` and ``{l4.regexp.<name>.<group>}``. Of several
    variables one must match.

    Syntax::

        vars_regexp [<name>] <variable> <pattern>
    """

    transparent: ClassVar[bool] = True

    patterns: dict[str, NamedRegexp] | None = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read variable and pattern, and the name before them."""
        patterns: dict[str, NamedRegexp] = {}
        while d.next():
            words = [d.arg(), d.arg()]
            third = d.opt_arg()
            name = words.pop(0) if third is not None else ""
            key, pattern = (words[0], third) if third is not None else (words[0], words[1])
            patterns[key] = NamedRegexp(name, pattern)
            if d.next_block():
                raise d.err("malformed vars_regexp matcher: blocks are not supported")
        return cls(patterns)

    def prepare(self, house: Any) -> Match:
        """Compile the expressions; they have no placeholders."""
        from caddylite import regexps

        tests = []
        for key, given in (self.patterns or {}).items():
            if given.name_ and not any(
                c.isascii() and (c.isalnum() or c == "_") for c in given.name_
            ):
                raise InvalidConfiguration(
                    f"invalid regexp name (must contain only word characters): {given.name_}"
                )
            try:
                tests.append((key, given.name_, regexps.compile(given.pattern)))
            except ValueError as e:
                raise ConfigError(f"compiling matcher regexp {given.pattern}: {e}") from None

        def match(p: Peek) -> bool:
            into = p.cx.placeholders
            return any(
                expression.capture(variable(p.cx, key), into, "l4.regexp.", name)
                for key, name, expression in tests
            ) or p.no("no variable matches its expression")

        return match

"""The filter ``multi_regexp``."""

from typing import Annotated, Self

from caddylite.caddy.kinds import LogFilter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import ALWAYS, Node
from caddylite.registry import module

#: How many expressions there may be, and how many bytes one may have.
MOST, LONGEST = 50, 1000


class Operation(Node, frozen=True):
    """One expression and what takes the place of what it finds."""

    regexp: str = ""
    value: str = ""

    @classmethod
    def checked(cls, pattern: str, value: str, before: int) -> "Operation":
        """Make one, with so many before it; ValueError if it is one too many, or unfit."""
        if before >= MOST:
            raise ValueError(f"cannot add operation: maximum {MOST} operations allowed")
        if not pattern:
            raise ValueError("regexp pattern cannot be empty")
        length = len(pattern.encode("utf-8", "surrogateescape"))
        if length > LONGEST:
            raise ValueError(f"regexp pattern too long: {length} characters (maximum {LONGEST})")
        return cls(pattern, value)


@module("caddy.logging.encoders.filter.multi_regexp")
class MultiRegexp(LogFilter, frozen=True):
    """Replaces what several regular expressions find, one after the other.

    Syntax::

        <field> multi_regexp {
            regexp <pattern> <replacement>
        }
    """

    operations: Annotated[tuple[Operation, ...] | None, ALWAYS] = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        operations: list[Operation] = []
        for name in d.block():
            if name != "regexp":
                raise d.err(f"unrecognized subdirective {name}")
            if len(operations) >= MOST:
                raise d.err(f"too many regexp operations (maximum {MOST} allowed)")
            pattern = d.arg()
            if len(pattern.encode("utf-8", "surrogateescape")) > LONGEST:
                raise d.err(f"regexp pattern too long (maximum {LONGEST} characters)")
            if not pattern:
                raise d.err("regexp pattern cannot be empty")
            operations.append(Operation(pattern, d.arg()))
        if not operations:
            raise d.err("multi_regexp filter requires at least one regexp operation")
        return cls(tuple(operations))

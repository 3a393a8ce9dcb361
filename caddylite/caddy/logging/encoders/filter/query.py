"""The filter ``query``."""

from typing import Annotated, Self

from caddylite.caddy.kinds import LogFilter
from caddylite.caddy.logging.actions import read_actions
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import ALWAYS, Node
from caddylite.registry import module


class QueryAction(Node, frozen=True):
    """What is done to one parameter."""

    type: Annotated[str, ALWAYS] = ""
    parameter: Annotated[str, ALWAYS] = ""
    value: str = ""


@module("caddy.logging.encoders.filter.query")
class Query(LogFilter, frozen=True):
    """Changes the parameters of a URI's query.

    Syntax::

        <field> query {
            delete  <parameter>
            replace <parameter> <value>
            hash    <parameter>
        }
    """

    actions: Annotated[tuple[QueryAction, ...] | None, ALWAYS] = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        return cls(tuple(QueryAction(*action) for action in read_actions(d)) or None)

"""The ``query`` policy."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.reverse_proxy.fallback import read_options
from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.query")
class Query(SelectionPolicy, frozen=True):
    """Takes the same upstream for the same value of a query parameter.

    Syntax::

        lb_policy query <key> {
            fallback <policy>
        }
    """

    key: str = ""
    fallback: SelectionPolicy | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the name, and what is done for requests without it."""
        d.next()
        key = d.arg()
        return cls(key=key, **read_options(d))

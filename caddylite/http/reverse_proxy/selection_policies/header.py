"""The ``header`` policy."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.reverse_proxy.fallback import read_options
from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.header")
class Header(SelectionPolicy, frozen=True):
    """Takes the same upstream for the same value of a header field.

    Syntax::

        lb_policy header <field> {
            fallback <policy>
        }
    """

    field: str = ""
    fallback: SelectionPolicy | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the name, and what is done for requests without it."""
        d.next()
        field = d.arg()
        return cls(field=field, **read_options(d))

"""All that caddy-l4 may do: the order in which it asks the matchers of a set is left to chance."""

from collections.abc import Iterator
from itertools import islice, permutations
from math import factorial
from typing import TYPE_CHECKING, Final

from caddylite.testing.caddy_l4.deciding import CaddyL4
from caddylite.testing.stream import WHOLE, Cut

if TYPE_CHECKING:
    from caddylite.testing.clients import Client
    from caddylite.testing.lab import Lab
    from caddylite.testing.trace import Trace

#: More orders of all the sets together are not tried.
_MOST: Final = 64


def possible(lab: "Lab", listen: str, client: "Client", cut: Cut = WHOLE) -> "Iterator[Trace]":
    """Yield what a client may get from caddy-l4, one trace for each order of the matchers."""
    orders = _Orders()
    for _ in range(_MOST):
        yield lab.connect(
            listen, client, cut=cut, decide_as=CaddyL4(lab, orders.put), detail=False
        )
        if not orders.advance():
            return


class _Orders:
    """Counts through the orders of all sets that are asked for, as an odometer does."""

    def __init__(self) -> None:
        self._turns: list[int] = []
        self._sizes: list[int] = []

    def put(self, names: list[str]) -> list[str]:
        """Return the names of a set in this turn's order."""
        at = len(self._sizes)
        self._sizes.append(factorial(len(names)))
        if at == len(self._turns):
            self._turns.append(0)
        return list(next(islice(permutations(names), self._turns[at], None)))

    def advance(self) -> bool:
        """Go on to the next turn; False if that was the last."""
        turns, sizes = self._turns[: len(self._sizes)], self._sizes
        while turns and turns[-1] + 1 == sizes[len(turns) - 1]:
            turns.pop()
        if not turns:
            return False
        turns[-1] += 1
        self._turns, self._sizes = turns, []
        return True

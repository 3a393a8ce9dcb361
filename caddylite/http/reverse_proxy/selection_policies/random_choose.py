"""The ``random_choose`` policy."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import atoi
from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.random_choose")
class RandomChoose(SelectionPolicy, frozen=True):
    """Takes the less busy of several upstreams chosen at random.

    Syntax::

        lb_policy random_choose <how_many>
    """

    choose: int = 0

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read how many are compared."""
        d.next()
        word = d.arg()
        try:
            return cls(atoi(word))
        except ValueError as e:
            raise d.err(f"invalid choice value '{word}': {e}") from None

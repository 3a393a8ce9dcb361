"""The ``weighted_round_robin`` policy."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import atoi
from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.registry import module


@module("http.reverse_proxy.selection_policies.weighted_round_robin")
class WeightedRoundRobin(SelectionPolicy, frozen=True):
    """Takes the upstreams in turn, each as often as its weight says.

    Syntax::

        lb_policy weighted_round_robin <weights...>
    """

    weights: tuple[int, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the weights, in the order of the upstreams."""
        d.next()
        weights = []
        for word in d.some_args():
            try:
                weights.append(atoi(word))
            except ValueError as e:
                raise d.err(f"invalid weight value '{word}': {e}") from None
            if weights[-1] < 0:
                raise d.err(f"invalid weight value '{word}': weight should be non-negative")
        return cls(tuple(weights))

"""A scenario: first it says what is configured, then it plays clients and says what was seen.

It is a generator of one ``yield``: before it, servers and upstreams are made (``Stage``); after it
the program runs, and what the generator returns is compared between the two programs.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from tests.differential.behaviour.stage import Stage

Play = Generator[None, None, Any]


@dataclass(frozen=True)
class Scenario:
    """``departs`` is a row of README's table of departures, ``ours`` what caddylite answers."""

    name: str
    play: Callable[[Stage], Play]
    departs: str = ""
    ours: Any = None


class Table:
    """The scenarios of one config."""

    def __init__(self) -> None:
        self.scenarios: list[Scenario] = []

    def __call__(
        self, departs: str = "", ours: Any = None
    ) -> Callable[[Callable[[Stage], Play]], Callable[[Stage], Play]]:
        """Add the function to the table."""

        def add(play: Callable[[Stage], Play]) -> Callable[[Stage], Play]:
            self.scenarios.append(Scenario(play.__name__, play, departs, ours))
            return play

        return add


class Playing:
    """One scenario with one program."""

    def __init__(self, scenario: Scenario, stage: Stage) -> None:
        self._play = scenario.play(stage)
        next(self._play)

    def result(self) -> Any:
        """Play it to its end."""
        try:
            next(self._play)
        except StopIteration as end:
            return end.value
        raise AssertionError("a scenario yields once")

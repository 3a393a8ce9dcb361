"""Which kind of challenge is tried first: the one that has worked best, at first any."""

from random import Random


class Preferences:
    """The kinds of challenge that were offered, with how often each has worked."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._known: dict[str, list[int]] = {}  # successes and attempts

    def meet(self, kinds: list[str]) -> None:
        """Take note of what is offered; the first time all are equally good."""
        new = [kind for kind in kinds if kind not in self._known]
        if not self._known:
            self._random.shuffle(new)
        for kind in new:
            self._known.setdefault(kind, [0, 0])

    def note(self, kind: str, worked: bool) -> None:
        """Learn from an attempt."""
        history = self._known.setdefault(kind, [0, 0])
        history[0] += worked
        history[1] += 1

    def ordered(self) -> list[str]:
        """Return the kinds, the most successful first."""
        return sorted(self._known, key=self._rate, reverse=True)

    def _rate(self, kind: str) -> float:
        successes, attempts = self._known[kind]
        return successes / attempts if attempts else 1.0

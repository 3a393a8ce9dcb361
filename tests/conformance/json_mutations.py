"""Makes JSON configs slightly wrong, by chance but the same way for the same seed."""

import random
from collections.abc import Iterator
from typing import Any

Steps = tuple[str | int, ...]
#: What takes the place of a value.
OTHERS: tuple[Any, ...] = (None, True, 7, -1, 1.5, "word", "", [], {}, ["x"], {"x": 1}, [None])


def places(value: Any, at: Steps = ()) -> Iterator[Steps]:
    """Yield the path of every value inside."""
    items = value.items() if isinstance(value, dict) else ()
    for step, inner in enumerate(value) if isinstance(value, list) else items:
        yield (*at, step)
        yield from places(inner, (*at, step))


def mutate(config: Any, chance: random.Random) -> str:
    """Change one thing in place; say what."""
    *before, last = chance.choice(list(places(config)))
    inside = config
    for step in before:
        inside = inside[step]
    how = chance.randrange(4)
    if how == 0 and isinstance(last, str):
        wrong = chance.choice([last.upper(), last + "x", last[:-1], "@id", last.title()])
        inside[wrong] = inside.pop(last)
        return f"{[*before, last]} -> {wrong!r}"
    if how == 1 and isinstance(inside[last], str):
        inside[last] += "x"
    elif how == 2 and isinstance(inside, dict):
        inside["unheard_of"] = 1
    else:
        inside[last] = chance.choice(OTHERS)
    return f"{[*before, last]} = {inside[last]!r}"

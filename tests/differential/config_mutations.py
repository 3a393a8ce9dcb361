"""Spoils a JSON config in one or two places: what it then says may be wrong, or only different."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

#: What any text may be replaced by.
WORDS = (
    "", "x", "{env.NOPE}", "{l4.tls.server_name}", "-1", "0", "5s", "10.0.0.0/8", "1.2.3.4", "::1",
    "999.1.1.1", "300.0.0.0/8", "tcp/:443", "udp/:53", "127.0.0.1:1-5", "127.0.0.1:70000",
    "unix//tmp/x", "v1", "v2", "v3", "(", ".*", "é", "private_ranges", "tls1.2", "tls1.3", "tls9",
    "GET", "12:00:00", "25:00:00", "Europe/Paris", "Nowhere/City", "first", "\n", ":0", "a:b:c",
    "localhost", "*.example.com", "plain", "crypt", "{http.request.host}", "[::1]:80", "h2", "5x",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2, 99, 70000, 1 << 33, 1 << 40, 10**20, 1.5, 2.0, "5s", "80", None, True, [])
OTHERS = (True, False, None, "x", 1, {}, [])

Path = tuple[str | int, ...]


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Return the path of every value in a config, itself first."""
    yield at
    items = value.items() if isinstance(value, dict) else ()
    for step, inner in enumerate(value) if isinstance(value, list) else items:
        yield from paths(inner, (*at, step))


def get(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _key(path: Path) -> str:
    """Return the last key on a path."""
    return next(str(s) for s in reversed(path) if isinstance(s, str))


class Spoiler:
    """Spoils configs; what stands under a key in one of them may come into another."""

    def __init__(self, configs: list[Any]) -> None:
        self.configs = configs
        self.known: dict[str, list[Any]] = {}
        for config in configs:
            for path in paths(config):
                if path:
                    self.known.setdefault(_key(path), []).append(get(config, path))

    def spoilt(self, seed: int) -> Any:
        """Return one of the configs with one change, or with two."""
        rng = Random(seed)
        config = deepcopy(rng.choice(self.configs))
        for _ in range(rng.choice((1, 1, 1, 2))):
            self._change(config, rng)
        return config

    def _change(self, config: Any, rng: Random) -> None:
        found = [p for p in paths(config) if len(p) > 2]
        if not found:
            return
        path = rng.choice(found)
        holder = get(config, path[:-1])
        if rng.random() < 0.2:
            del holder[path[-1]]
        elif isinstance(holder, dict) and rng.random() < 0.1:
            holder[rng.choice([*self.known, "nope"])] = deepcopy(rng.choice(OTHERS))
        else:
            holder[path[-1]] = deepcopy(self._another(holder[path[-1]], _key(path), rng))

    def _another(self, value: Any, key: str, rng: Random) -> Any:
        if rng.random() < 0.05:
            return rng.choice(OTHERS)
        if isinstance(value, bool):
            return rng.choice((True, False, None, "x"))
        if isinstance(value, str):
            return rng.choice((*WORDS, *self.known[key]))
        if isinstance(value, int | float):
            return rng.choice(NUMBERS)
        if isinstance(value, list):
            return rng.choice(([], value * 2, value[:1], None, {}, *self.known[key][:9]))
        same = [v for v in self.known[key] if isinstance(v, dict)]
        if same and rng.random() < 0.7:
            return rng.choice(same)
        return rng.choice(({}, None, {**(value or {}), "nope": 1}))

"""Which upstream gets a connection: Caddy's selection policies.

Each maker takes the policy's IR and the source of chance, and returns a function from the pool and
the connection to an available upstream, or None.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

from caddylite.errors import ConfigError
from caddylite.layer4.live.upstreams import Upstream
from caddylite.layer4.matching import Connection, host_text

Pool = Sequence[Upstream]
Select = Callable[[Pool, Connection], Upstream | None]


def make(ir: Any, chance: Random) -> Select:
    """Return the selection of a policy; None means Caddy's default, ``random``."""
    name = "random" if ir is None else ir.name
    maker = _MAKERS.get(name)
    if maker is None:
        raise ConfigError(f"unknown module: layer4.proxy.selection_policies.{name}")
    try:
        return maker(ir, chance)
    except ConfigError as e:
        raise e.wrap(
            "loading load balancing selection policy: "
            f"loading module '{name}': layer4.proxy.selection_policies.{name}: "
            "invalid configuration: "
        ) from None


def _random(_ir: Any, chance: Random) -> Select:
    def select(pool: Pool, _cx: Connection) -> Upstream | None:
        if len(pool) == 1:
            return pool[0] if pool[0].available else None
        able = [u for u in pool if u.available]
        return chance.choice(able) if able else None

    return select


def _first(_ir: Any, _chance: Random) -> Select:
    return lambda pool, _cx: next((u for u in pool if u.available), None)


def _round_robin(_ir: Any, _chance: Random) -> Select:
    at = 0

    def select(pool: Pool, _cx: Connection) -> Upstream | None:
        nonlocal at
        for _ in pool:
            at = (at + 1) % len(pool)
            if pool[at].available:
                return pool[at]
        return None

    return select


def _weighted(_ir: Any, _chance: Random) -> Select:
    """Smooth weighted round robin: all gain their weight, the richest is picked and pays."""
    gained: dict[int, int] = {}

    def select(pool: Pool, _cx: Connection) -> Upstream | None:
        total, best = 0, -1
        for i, upstream in enumerate(pool):
            if not upstream.available:
                continue
            gained[i] = gained.get(i, 0) + upstream.weight
            total += upstream.weight
            if best < 0 or gained[i] > gained[best]:
                best = i
        if best < 0:
            return None
        gained[best] -= total
        return pool[best]

    return select


def _least(upstreams: Sequence[Upstream], chance: Random) -> Upstream | None:
    if not upstreams:
        return None
    fewest = min(u.conns for u in upstreams)
    return chance.choice([u for u in upstreams if u.conns == fewest])


def _least_conn(_ir: Any, chance: Random) -> Select:
    return lambda pool, _cx: _least([u for u in pool if u.available], chance)


def _random_choose(ir: Any, chance: Random) -> Select:
    choose = ir.choose or 2
    if choose < 2:
        raise ConfigError("choose must be at least 2")

    def select(pool: Pool, _cx: Connection) -> Upstream | None:
        able = [u for u in pool if u.available]
        return _least(chance.sample(able, min(choose, len(able))), chance)

    return select


def _ip_hash(_ir: Any, _chance: Random) -> Select:
    """Rendezvous hashing over the client's address: few clients move when the pool changes."""

    def select(pool: Pool, cx: Connection) -> Upstream | None:
        client = host_text(cx.remote)
        able = [u for u in pool if u.available]
        return max(able, key=lambda u: fnv1a(u.name + client), default=None)

    return select


def fnv1a(text: str) -> int:
    """Return the 32-bit FNV-1a hash."""
    value = 0x811C9DC5
    for byte in text.encode("utf-8", "surrogateescape"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


_MAKERS: Final[dict[str, Callable[[Any, Random], Select]]] = {
    "random": _random,
    "first": _first,
    "round_robin": _round_robin,
    "weighted_round_robin": _weighted,
    "least_conn": _least_conn,
    "random_choose": _random_choose,
    "ip_hash": _ip_hash,
}

"""Which upstream a made-up client would get, as far as that can be known beforehand."""

from typing import Any

from caddylite.layer4.matching import Connection, host_text

_UNSURE = "any of {count}, by {policy}"


def choose(handler: Any, cx: Connection) -> tuple[tuple[str, ...], str]:
    """Return the addresses that may be dialled (likeliest first) and how they are chosen.

    All upstreams count as healthy and idle. ``random`` and the like may pick any.
    """
    pool = list(handler.upstreams)
    balancing = getattr(handler, "load_balancing", None)
    policy = getattr(balancing, "selection", None) or getattr(balancing, "selection_policy", None)
    name = policy.name if policy is not None else "random"
    if len(pool) <= 1:
        return _dials(pool, cx), ""
    if name == "ip_hash":
        client = host_text(cx.remote)
        best = max(pool, key=lambda u: fnv1a(",".join(u.dial) + client))
        return _dials([best], cx), f"ip_hash of {client} over {len(pool)} upstreams"
    if name == "first":
        return _dials(pool[:1], cx), f"the first of {len(pool)} that is up"
    return _dials(pool, cx), _UNSURE.format(count=len(pool), policy=name)


def _dials(pool: list[Any], cx: Connection) -> tuple[str, ...]:
    return tuple(cx.expand(d) for u in pool for d in u.dial)


def fnv1a(text: str) -> int:
    """Return the 32-bit FNV-1a hash, by which ``ip_hash`` ranks upstreams."""
    value = 0x811C9DC5
    for byte in text.encode("utf-8", "surrogateescape"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value

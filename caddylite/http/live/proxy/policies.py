"""How one of several upstreams is chosen, at run time.

The hashing policies use rendezvous hashing as Caddy does, but with BLAKE2 in the place of xxHash:
they are as stable, yet the same client may get another upstream than from Caddy.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from random import Random
from typing import Any

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.live.exchange import Exchange
from caddylite.http.live.proxy.upstreams import Upstream
from caddylite.http.replacer import query_values, uri
from caddylite.http.reverse_proxy.kinds import SelectionPolicy

#: Chooses an available upstream; None if there is none.
Choose = Callable[[Sequence[Upstream], Exchange], Upstream | None]


def chooser(policy: SelectionPolicy | None, house: House) -> Choose:
    """Return the function for a policy; ``random`` where none is given."""
    name = "random" if policy is None else policy.name
    make = _POLICIES.get(name)
    if make is None:
        raise ConfigError(f"selection policy {name} is not run by caddylite yet")
    return make(policy, house)


def _available(pool: Sequence[Upstream]) -> list[Upstream]:
    return [u for u in pool if u.available]


def _random(policy: Any, house: House) -> Choose:
    random = house.random

    def choose(pool: Sequence[Upstream], ex: Exchange) -> Upstream | None:
        if len(pool) == 1:
            return pool[0] if pool[0].available else None
        good = _available(pool)
        return random.choice(good) if good else None

    return choose


def _first(policy: Any, house: House) -> Choose:
    return lambda pool, ex: next((u for u in pool if u.available), None)


def _round_robin(policy: Any, house: House) -> Choose:
    turn = 0

    def choose(pool: Sequence[Upstream], ex: Exchange) -> Upstream | None:
        nonlocal turn
        for _ in pool:
            turn += 1
            upstream = pool[turn % len(pool)]
            if upstream.available:
                return upstream
        return None

    return choose


def _weighted_round_robin(policy: Any, house: House) -> Choose:
    weights: tuple[int, ...] = policy.weights
    if sum(weights) <= 0:
        raise ConfigError(
            "weighted_round_robin requires at least one upstream with a positive weight"
        )
    order = [n for n, w in enumerate(w for w in weights if w) for _ in range(w)]
    turn = 0

    def choose(pool: Sequence[Upstream], ex: Exchange) -> Upstream | None:
        nonlocal turn
        if len(weights) < 2:
            return pool[0] if pool else None
        turn += 1
        good = [u for u, w in zip(pool, weights, strict=False) if w and u.available]
        return good[order[turn % len(order)] % len(good)] if good else None

    return choose


def _least_busy(candidates: Sequence[Upstream], random: Random) -> Upstream | None:
    if not candidates:
        return None
    fewest = min(u.requests for u in candidates)
    return random.choice([u for u in candidates if u.requests == fewest])


def _least_conn(policy: Any, house: House) -> Choose:
    return lambda pool, ex: _least_busy(_available(pool), house.random)


def _random_choose(policy: Any, house: House) -> Choose:
    count = policy.choose or 2
    if count < 2:
        raise ConfigError("choose must be at least 2")

    def choose(pool: Sequence[Upstream], ex: Exchange) -> Upstream | None:
        good = _available(pool)
        return _least_busy(house.random.sample(good, min(count, len(good))), house.random)

    return choose


def by_hash(pool: Sequence[Upstream], key: str) -> Upstream | None:
    """Choose by rendezvous hashing: most keys keep their upstream when others come or go."""

    def weight(upstream: Upstream) -> bytes:
        text = (upstream.dial + key).encode("utf-8", "surrogateescape")
        return blake2b(text, digest_size=8).digest()

    return max(_available(pool), key=weight, default=None)


def _ip_hash(policy: Any, house: House) -> Choose:
    def choose(pool: Sequence[Upstream], ex: Exchange) -> Upstream | None:
        remote = ex.request.remote
        return by_hash(pool, remote if isinstance(remote, str) else remote[0])

    return choose


def _client_ip_hash(policy: Any, house: House) -> Choose:
    return lambda pool, ex: by_hash(pool, ex.request.client_ip)


def _uri_hash(policy: Any, house: House) -> Choose:
    return lambda pool, ex: by_hash(pool, uri(ex.request))


def _header(policy: Any, house: House) -> Choose:
    fallback = chooser(policy.fallback, house)
    is_host = policy.field.lower() == "host"

    def choose(pool: Sequence[Upstream], ex: Exchange) -> Upstream | None:
        request = ex.request
        key = request.host if is_host and request.host else request.headers.get(policy.field)
        return by_hash(pool, key) if key else fallback(pool, ex)

    return choose


def _query(policy: Any, house: House) -> Choose:
    fallback = chooser(policy.fallback, house)

    def choose(pool: Sequence[Upstream], ex: Exchange) -> Upstream | None:
        key = ",".join(query_values(ex.request.query).get(policy.key, ()))
        return by_hash(pool, key) if key else fallback(pool, ex)

    return choose


def _cookie(policy: Any, house: House) -> Choose:
    import hmac

    fallback = chooser(policy.fallback, house)
    name, secret = policy.cookie_name or "lb", policy.secret.encode()

    def token(upstream: Upstream) -> str:
        return hmac.new(secret, upstream.dial.encode(), "sha256").hexdigest()

    def choose(pool: Sequence[Upstream], ex: Exchange) -> Upstream | None:
        given = ex.placeholder(f"http.request.cookie.{name}")
        for upstream in pool:
            if given and upstream.available and hmac.compare_digest(token(upstream), str(given)):
                return upstream
        chosen = fallback(pool, ex)
        if chosen is not None:
            value = _cookie_text(name, token(chosen), policy.max_age.seconds, ex)
            ex.out.headers.add("Set-Cookie", value)
        return chosen

    return choose


def _cookie_text(name: str, value: str, max_age: float, ex: Exchange) -> str:
    forwarded = ex.request.headers.all("X-Forwarded-Proto")
    secure = ex.request.tls is not None or (ex.trusted and forwarded[-1:] == ["https"])
    age = f"; Max-Age={int(max_age)}" if max_age > 0 else ""
    site = "; Secure; SameSite=None" if secure else "; SameSite=Lax"
    return f"{name}={value}; Path=/{age}; HttpOnly{site}"


_POLICIES: dict[str, Callable[[Any, House], Choose]] = {
    "random": _random,
    "first": _first,
    "round_robin": _round_robin,
    "weighted_round_robin": _weighted_round_robin,
    "least_conn": _least_conn,
    "random_choose": _random_choose,
    "ip_hash": _ip_hash,
    "client_ip_hash": _client_ip_hash,
    "uri_hash": _uri_hash,
    "header": _header,
    "query": _query,
    "cookie": _cookie,
}

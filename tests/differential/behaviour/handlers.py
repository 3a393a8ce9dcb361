"""The JSON of handlers, made short."""

from typing import Any

from tests.differential.behaviour.ends import Backend, DatagramBackend

ECHO = {"handler": "echo"}


def proxy(*upstreams: Any, policy: Any = None, **more: Any) -> dict[str, Any]:
    """Return a proxy to backends, addresses, or whole upstreams; ``policy`` balances."""
    handler: dict[str, Any] = {"handler": "proxy", "upstreams": [upstream(u) for u in upstreams]}
    balancing = dict(more.pop("load_balancing", {}))
    if policy is not None:
        balancing["selection"] = {"policy": policy} if isinstance(policy, str) else policy
    if balancing:
        handler["load_balancing"] = balancing
    return handler | more


def upstream(where: Any, **more: Any) -> dict[str, Any]:
    """Return an upstream: of a backend, an address, or several of them."""
    if isinstance(where, dict):
        return where | more
    several = where if isinstance(where, list | tuple) else [where]
    dial = [w.dial if isinstance(w, Backend | DatagramBackend) else w for w in several]
    return {"dial": dial, **more}

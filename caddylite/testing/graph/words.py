"""Matchers and handlers in a few words, as one would write them in a Caddyfile."""

from collections.abc import Mapping
from typing import Any, Final

from caddylite.node import Node

_MOST: Final = 3


def matcher_set(matchers: Mapping[str, Any]) -> str:
    """Return a set on one line: its matchers joined by ``+``."""
    return " + ".join(matcher(m) for m in matchers.values()) or "anything"


def matcher(m: Any) -> str:
    """Return a matcher in words: its name and what it wants."""
    if m.name == "not":
        inside = " | ".join(matcher_set(s) for s in m.sets or ())
        return f"not ({inside})" if "+" in inside or "|" in inside else f"not {inside}"
    if m.name in ("tls", "quic"):
        return " ".join([m.name, *(f"{n} {values(v)}" for n, v in (m.matchers or {}).items())])
    if m.name == "http":
        sets = [" ".join(f"{n} {values(v)}" for n, v in s.items()) for s in m.sets or () if s]
        return " ".join(["http", " | ".join(sets)]).rstrip()
    return f"{m.name} {values(m)}".rstrip()


def values(node: Any) -> str:
    """Return the values of a node's fields that are said, shortened."""
    if not isinstance(node, Node):
        return _short(node)
    said = [getattr(node, f) for f in node.__struct_fields__]
    return " ".join(filter(None, (_short(v) for v in said if v)))


def _short(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        shown = [str(v) if not isinstance(v, Node) else "…" for v in value[:_MOST]]
        return " ".join(shown) + (f" … ({len(value)})" if len(value) > _MOST else "")
    if isinstance(value, dict):
        return " ".join(value)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def handler(h: Any) -> tuple[str, ...]:
    """Return a handler's lines: its name, and what it changes."""
    if h.name == "proxy":
        options = [f"proxy_protocol {h.proxy_protocol}"] if h.proxy_protocol else []
        policy = h.load_balancing.selection if h.load_balancing else None
        options += [f"lb_policy {policy.name}"] if policy is not None else []
        return ("proxy", *options)
    if h.name == "tls":
        alpn = [a for p in h.connection_policies for a in p.alpn]
        return ("tls", *([f"alpn {' '.join(alpn)}"] if alpn else []))
    if h.name == "vars":
        return ("vars",)
    return (str(h.name),)

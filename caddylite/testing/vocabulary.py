"""The names, protocols, addresses and paths that a config's matchers mention."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from caddylite.caddy.config import Config
from caddylite.codec import to_plain

_NAME = re.compile(r"[A-Za-z0-9_.*-]{1,200}")
#: Names tried as one that no pattern matches.
_OTHERS: Final = ("other.example", "other.test", "not.listed.at.all.invalid")
#: Addresses tried as one that is in no range.
_OUTSIDE: Final = ("192.0.2.1", "198.51.100.1", "203.0.113.1", "8.8.8.8", "2001:db8::1")
#: Matchers whose settings say which clients to make.
_DETAILED: Final = ("postgres", "rdp", "dns", "regexp", "winbox", "socks4")


@dataclass(slots=True)
class Vocabulary:
    """What is mentioned, each once and sorted.

    ``names`` are patterns of server names and hosts; ``ranges`` those of clients' addresses;
    ``others`` are matchers with details of their own, by kind: their settings as in JSON;
    ``headers_of_proxies``: something looks for PROXY headers.
    """

    names: set[str] = field(default_factory=set)
    alpn: set[str] = field(default_factory=set)
    ranges: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    headers: set[tuple[str, str]] = field(default_factory=set)
    others: dict[str, list[Any]] = field(default_factory=dict)
    headers_of_proxies: bool = False

    def join(self, other: "Vocabulary") -> "Vocabulary":
        """Return what either mentions."""
        others = {k: [*self.others.get(k, ()), *other.others.get(k, ())]
                  for k in {*self.others, *other.others}}  # fmt: skip
        return Vocabulary(
            self.names | other.names, self.alpn | other.alpn, self.ranges | other.ranges,
            self.paths | other.paths, self.methods | other.methods, self.headers | other.headers,
            others, self.headers_of_proxies or other.headers_of_proxies,
        )  # fmt: skip

    # Representatives.

    def server_names(self) -> list[str]:
        """Return one name for each pattern, one that no pattern matches, and no name."""
        found = {sample_name(p): None for p in sorted(self.names)}
        other = [n for n in _OTHERS if not any(_fits(p, n) for p in self.names)]
        return [*(n for n in found if n), *other[:1], ""]

    def offers(self) -> list[tuple[str, ...]]:
        """Return lists of ALPN protocols: none, each alone, pairs, all; and one not mentioned."""
        known = sorted(self.alpn)[:6]
        pairs = [(a, b) for i, a in enumerate(known) for b in known[i + 1 :]]
        whole = [tuple(known)] if len(known) > 2 else []
        return [(), *((p,) for p in known), *pairs, *whole, *([("other/1",)] if known else [])]

    def addresses(self) -> list[str]:
        """Return an address in each range (and in no smaller one if possible), and one outside."""
        return [*outside(self.ranges), *inside(self.ranges)]


def collect(config: Config) -> Vocabulary:
    """Find what a config mentions."""
    out = Vocabulary()
    _walk(to_plain(config), "", out)
    return out


def _walk(value: Any, key: str, out: Vocabulary) -> None:
    if isinstance(value, dict):
        _note(key, value, out)
        named = (key, value.get("handler"), value.get("wrapper"))
        out.headers_of_proxies |= "proxy_protocol" in named
        for k, v in value.items():
            _walk(v, k, out)
    elif isinstance(value, list):
        _note(key, value, out)
        for v in value:
            _walk(v, key, out)


def _note(key: str, value: Any, out: Vocabulary) -> None:
    """Take what a matcher of this name says."""
    words = [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
    if key in ("sni", "host"):
        out.names.update(w for w in words if _NAME.fullmatch(w) and "*" not in w.lstrip("*."))
    elif key == "alpn":
        out.alpn.update(words)
    elif key in ("ranges", "allow", "deny"):
        out.ranges.update(_ranges(words))
    elif key == "path":
        out.paths.update(w for w in words if w.startswith("/") and "{" not in w)
    elif key == "method":
        out.methods.update(words)
    elif key == "header" and isinstance(value, dict):
        out.headers.update((k, sample_text(v[0])) for k, v in value.items() if v)
    elif key == "sni_regexp" and isinstance(value, dict):
        found = sample(str(value.get("pattern", "")))
        if found and _NAME.fullmatch(found):
            out.names.add(found)
    elif key in ("postgres", "rdp", "dns", "regexp", "winbox", "socks4") and isinstance(
        value, dict
    ):
        out.others.setdefault(key, []).append(value)


def _ranges(words: Iterable[str]) -> Iterator[str]:
    from ipaddress import ip_network

    for word in words:
        try:
            ip_network(word, strict=False)
        except ValueError:
            continue
        yield word


def _fits(pattern: str, name: str) -> bool:
    """Does a name match a pattern? ``*`` stands for one label, alone for any name."""
    labels, given = pattern.split("."), name.split(".")
    if pattern == "*":
        return True
    return len(labels) == len(given) and all(
        a in ("*", b) for a, b in zip(labels, given, strict=True)
    )


def sample_name(pattern: str) -> str:
    """Return a name that a pattern matches."""
    return pattern.replace("*", "any")


def sample_text(pattern: str) -> str:
    """Return a text that a pattern with ``*`` matches."""
    return pattern.replace("*", "any")


def inside(ranges: Iterable[str]) -> list[str]:
    """Return for each range an address in it, one that is in no smaller range if there is one."""
    from ipaddress import ip_address, ip_network

    nets = sorted({ip_network(r, strict=False) for r in ranges}, key=str)
    out: dict[str, None] = {}
    for net in nets:
        smaller = [n for n in nets if n.version == net.version and n.prefixlen > net.prefixlen]
        first, last = int(net.network_address), int(net.broadcast_address)
        tries = [first + 1, (first + last) // 2, last - 1, first, last]
        tries += [int(n.broadcast_address) + 1 for n in smaller]
        good = [ip_address(t) for t in tries if first <= t <= last]
        best = [a for a in good if not any(a in n for n in smaller)]
        out[str((best or good)[0])] = None
    return list(out)


def outside(ranges: Iterable[str]) -> list[str]:
    """Return an address that is in none of the ranges, if there is one."""
    from ipaddress import ip_address, ip_network

    nets = [ip_network(r, strict=False) for r in ranges]
    free = [a for a in _OUTSIDE if not any(ip_address(a) in n for n in nets
                                           if n.version == ip_address(a).version)]  # fmt: skip
    return free[:1]


def sample(pattern: str) -> str:
    """Return a short text that a regular expression matches; empty if none was found."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from re import _parser

            made = "".join(_sample(list(_parser.parse(pattern))))
            return made if re.search(pattern, made) else ""
        except (re.error, ValueError, OverflowError, RecursionError):
            return ""


def _sample(items: list[Any]) -> Iterator[str]:
    for op, value in items:
        yield _one(str(op), value)


def _one(op: str, value: Any) -> str:
    if op == "LITERAL":
        return chr(int(value))
    if op == "NOT_LITERAL":
        return "a" if value != ord("a") else "b"
    if op == "ANY":
        return "a"
    if op == "IN":
        return _member(value)
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inside_ = value
        count = max(int(low), 1 if high else 0)
        return "".join(_sample(list(inside_))) * count
    if op == "SUBPATTERN":
        return "".join(_sample(list(value[-1])))
    if op == "BRANCH":
        return "".join(_sample(list(value[1][0])))
    return ""


def _member(items: list[tuple[Any, Any]]) -> str:
    """Return a character of a set."""
    for op, value in items:
        name = str(op)
        if name == "LITERAL":
            return chr(int(value))
        if name == "RANGE":
            return chr(int(value[0]))
        if name == "CATEGORY":
            return "1" if str(value) == "CATEGORY_DIGIT" else "a"
    return "~"

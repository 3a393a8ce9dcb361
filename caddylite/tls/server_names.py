"""Server names compared with the names of a config, some of which have wildcards.

The rules are certmagic's: letter case does not count, a name may be written in Unicode, and ``*``
stands for the first label; ``*.*.example.com`` for the first two, and so on.
"""

from collections.abc import Callable, Iterable

from caddylite.netaddr import split_host_port


def names_test(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return a test: does a server name (as the client sent it) match one of the patterns?"""
    names = {ascii_name(pattern) for pattern in patterns}
    exact = frozenset(names)
    wild = frozenset(name for name in names if "*" in name)

    def test(server_name: str) -> bool:
        name = subject(server_name)
        return name in exact or (bool(wild) and not wild.isdisjoint(generalised(name)))

    return test


def subject(server_name: str) -> str:
    """Return a server name, as the client sent it, in the form that patterns are compared with."""
    name = ascii_name(server_name)
    return _host_only(name) if ":" in name or "[" in name else name


def generalised(name: str) -> list[str]:
    """Return the wildcard names that a name falls under, the narrowest first."""
    labels = name.split(".")
    out = []
    for i, label in enumerate(labels):
        if label:
            labels[i] = "*"
            out.append(".".join(labels))
    return out


def ascii_name(name: str) -> str:
    """Return a name in lower case, its Unicode labels in Punycode (without any mapping)."""
    if name.isascii():
        return name.lower()
    labels = [f"xn--{_punycode(x)}" if not x.isascii() else x for x in name.split(".")]
    return ".".join(labels).lower()


def _punycode(label: str) -> str:
    return label.encode("utf-8", "replace").decode().encode("punycode").decode()


def _host_only(name: str) -> str:
    """Drop a port, and the brackets of an IPv6 address."""
    try:
        return split_host_port(name)[0]
    except ValueError:
        return name[1:-1] if name.startswith("[") and name.endswith("]") and name[1:] else name

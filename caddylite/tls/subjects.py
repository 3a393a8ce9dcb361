"""Which names certificates can be had for, and from whom (the rules of Caddy's certmagic)."""

from functools import lru_cache
from typing import Final

from caddylite.ip import parse_address, parse_prefix
from caddylite.netaddr import split_host_port

_SPECIAL: Final = frozenset("()[]{}<> \t\n\"\\!@#$%^&|;'+=")
_INTERNAL_ENDS: Final = (".localhost", ".local", ".internal", ".home.arpa")
_INTERNAL_NETWORKS: Final = (
    "127.0.0.0/8",
    "0.0.0.0/16",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::/7",
    "fe80::/10",
    "fc00::/7",
)


def qualifies(subject: str) -> bool:
    """Does it look like something a certificate can be for?"""
    return (
        bool(subject.strip())
        and not subject.startswith(".")
        and not subject.endswith(".")
        and ("*" not in subject or subject.startswith("*.") or subject == "*")
        and _SPECIAL.isdisjoint(subject)
    )


def qualifies_publicly(subject: str) -> bool:
    """May a public CA sign it? One wildcard at most, the first of at least three labels."""
    if not qualifies(subject) or is_internal(subject):
        return False
    if "*" not in subject:
        return True
    return subject.count("*") == 1 and subject.count(".") > 1 and subject.startswith("*.")


def is_ip(subject: str) -> bool:
    """Is it an IP address?"""
    return _ip(subject) is not None


def is_internal(subject: str) -> bool:
    """Is it a name or an address that only means something on this machine or network?"""
    host = host_only(subject).removesuffix(".").lower()
    return host == "localhost" or host.endswith(_INTERNAL_ENDS) or _is_internal_ip(host)


def is_tailscale(subject: str) -> bool:
    """Is it a name whose certificate Tailscale manages?"""
    return subject.lower().endswith(".ts.net")


def host_only(text: str) -> str:
    """Take the port off, or the brackets around an IPv6 address."""
    if ":" not in text:
        return text
    try:
        return split_host_port(text)[0]
    except ValueError:
        return text[1:-1] if text[0] == "[" and text[-1] == "]" else text


def patterns(subject: str) -> list[str]:
    """Return the names that cover a name: itself, ``*`` for its first label, for two …"""
    subject = host_only(subject).lower()
    out = [subject]
    labels = subject.split(".")
    for i, label in enumerate(labels):
        if label:
            labels[i] = "*"
            out.append(".".join(labels))
    return out


def covers(pattern: str, subject: str) -> bool:
    """Does a name, maybe with wildcards (RFC 6125), cover another? Case does not matter."""
    pattern = pattern.lower()
    if "*" not in pattern:
        return pattern == host_only(subject).lower()
    return pattern in patterns(subject)


def _ip(text: str) -> tuple[int, int] | None:
    if ("." not in text and ":" not in text) or "%" in text:
        return None
    if text[-1] not in "0123456789abcdefABCDEF:":
        return None
    try:
        return parse_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _networks() -> list[tuple[int, int, int]]:
    return [parse_prefix(n) for n in _INTERNAL_NETWORKS]


def _is_internal_ip(text: str) -> bool:
    address = _ip(host_only(text))
    if address is None:
        return False
    bits, number = address
    if bits == 128 and number >> 32 == 0xFFFF:
        bits, number = 32, number & 0xFFFFFFFF
    return any(b == bits and number >> free == lead for b, lead, free in _networks())

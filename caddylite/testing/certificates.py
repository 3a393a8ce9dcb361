"""For which names a config has certificates, as far as the config itself says."""

from collections.abc import Collection
from typing import Any

from caddylite.tls import subjects
from caddylite.tls.config import TLS
from caddylite.tls.policy import ConnectionPolicy


def managed(named: Collection[str], tls: TLS | None) -> frozenset[str] | None:
    """Return the names that certificates are got for: those of sites (``named``), and others.

    None if there may be more: loaded from files, or got when somebody asks.
    """
    if tls is None:
        return frozenset(named)
    names = set(named)
    for kind, loader in tls.certificates.items():
        if kind != "automate":
            return None
        names.update(getattr(loader, "subjects", None) or ())
    policies = tls.automation.policies if tls.automation is not None else ()
    if any(p.on_demand or p.get_certificate for p in policies):
        return None
    return frozenset(names)


def is_missing(names: frozenset[str] | None, asked: str, policy: ConnectionPolicy | Any) -> bool:
    """Is it certain that a handshake for a server name (empty: none) finds no certificate?"""
    if names is None:
        return False
    for name in (asked or getattr(policy, "default_sni", ""), getattr(policy, "fallback_sni", "")):
        if name and any(subjects.covers(pattern, name) for pattern in names):
            return False
    # a client that names nobody gets the certificate of the address, if there is one
    return bool(asked) or not any(subjects.is_ip(name) for name in names)

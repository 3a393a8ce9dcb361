"""The issuers that ``tls`` implies when it says something about ACME without naming an issuer."""

from typing import Any

from msgspec.structs import replace

from caddylite.adapt.issuers import ZEROSSL_CA
from caddylite.node import Node
from caddylite.tls.issuance.acme import ACMEIssuer
from caddylite.tls.kinds import Issuer


def implicit_issuers(said: ACMEIssuer, configured: list[Issuer] | None) -> list[Issuer]:
    """Return the globally configured ACME issuers, or the default ones, with what was said.

    A CA that was said is the only one, if none is configured globally.
    """
    bases = [i for i in configured or () if isinstance(i, ACMEIssuer)]
    if not bases:
        bases = [ACMEIssuer()]
        if not said.ca and said.email.strip():
            bases.append(ACMEIssuer(ca=ZEROSSL_CA, email=said.email))
    return [overlaid(base, said) for base in bases]


def overlaid(base: ACMEIssuer, over: ACMEIssuer) -> ACMEIssuer:
    """Return an issuer with another one's settings put over its own; trusted roots are added."""
    roots = dict.fromkeys((*base.trusted_roots_pem_files, *over.trusted_roots_pem_files))
    merged: ACMEIssuer = _overlaid(base, over)
    return replace(merged, trusted_roots_pem_files=tuple(roots))


def _overlaid(base: Any, over: Any) -> Any:
    """Do this with any struct: what is not empty above wins; structs inside are merged too.

    A field that may be None is empty only then.
    """
    changes, empty = {}, type(base)()
    for name in base.__struct_fields__:
        below, above = getattr(base, name), getattr(over, name)
        if name in _MERGED and isinstance(below, Node) and isinstance(above, Node):
            changes[name] = _overlaid(below, above)
        elif above is not None if getattr(empty, name) is None else above:
            changes[name] = above
    return replace(base, **changes)


#: The structs whose fields are put over each other one by one; others are taken whole.
_MERGED = frozenset({"challenges", "http", "tls_alpn", "dns"})

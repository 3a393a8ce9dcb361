"""The lines of the ``tls`` directive, as a table.

What they read is kept in the fields ``policy`` (of ConnectionPolicy), ``acme`` (of ACMEIssuer, its
challenges as dictionaries), and others named here.
"""

from typing import cast

from caddylite.adapt.helper import Helper
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, Reader, Table, flag, text, within, words
from caddylite.gonumbers import parse_float
from caddylite.kinds import DNSProvider
from caddylite.tls.challenge_lines import propagation_timeout
from caddylite.tls.client_auth.syntax import parse_client_auth
from caddylite.tls.kinds import CertificateManager, Issuer
from caddylite.tls.names import CIPHER_SUITES, CURVES, PROTOCOLS
from caddylite.values import Duration


def _args(d: Dispenser, count: int) -> list[str]:
    found = d.args()
    if len(found) != count:
        raise d.arg_err()
    return found


# --- the handshake


def _protocols(d: Dispenser, out: Fields) -> None:
    found = d.args()
    if not found:
        raise d.err("protocols requires one or two arguments")
    for field, word in zip(("protocol_min", "protocol_max"), found, strict=False):
        if word not in PROTOCOLS:
            raise d.err(f"wrong protocol name or protocol not supported: '{word}'")
        out[field] = word


def _known(field: str, known: frozenset[str], complaint: str) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        while d.next_arg():
            if d.val not in known:
                raise d.err(complaint.format(d.val))
            out[field] = (*out.get(field, ()), d.val)

    return read


def _client_auth(d: Dispenser, out: Fields) -> None:
    out["client_authentication"] = parse_client_auth(d.sub())


_POLICY: Table = {
    "protocols": _protocols,
    "ciphers": _known(
        "cipher_suites",
        CIPHER_SUITES,
        "wrong cipher suite name or cipher suite not supported: '{}'",
    ),
    "curves": _known("curves", CURVES, "Wrong curve name or curve not supported: '{}'"),
    "alpn": words("alpn"),
    "client_auth": _client_auth,
    "insecure_secrets_log": text("insecure_secrets_log"),
}


# --- the ACME issuer


def _ca(d: Dispenser, out: Fields) -> None:
    (out["ca"],) = _args(d, 1)


def _ca_root(d: Dispenser, out: Fields) -> None:
    out["trusted_roots_pem_files"] = (
        *out.get("trusted_roots_pem_files", ()),
        *_args(d, 1),
    )


def _eab(d: Dispenser, out: Fields) -> None:
    out["external_account"] = tuple(_args(d, 2))


def _dns_fields(out: Fields) -> Fields:
    challenges: Fields = out.setdefault("acme", {}).setdefault("challenges", {})
    dns: Fields = challenges.setdefault("dns", {})
    return dns


def _dns(d: Dispenser, out: Fields) -> None:
    dns = _dns_fields(out)
    if d.next_arg():
        dns["provider"] = load_module(d, DNSProvider)
    elif cast(Helper, d).options.get("dns") is None:
        raise d.arg_err()


def _dns_option(name: str, reader: Reader) -> Reader:
    """Read a setting of the DNS challenge, and note that it needs a provider."""

    def read(d: Dispenser, out: Fields) -> None:
        found: Fields = {}
        reader(d, found)
        out["dns_options"] = (*out.get("dns_options", ()), name)
        _dns_fields(out).update(found)

    return read


def _one_duration(field: str, name: str) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        (word,) = _args(d, 1)
        try:
            out[field] = Duration.parse(word)
        except ValueError as e:
            raise d.err(f"invalid {name} duration {word}: {e}") from None

    return read


def _propagation_timeout(d: Dispenser, out: Fields) -> None:
    (word,) = _args(d, 1)
    out["propagation_timeout"] = propagation_timeout(d, word)


def _override_domain(d: Dispenser, out: Fields) -> None:
    (out["override_domain"],) = _args(d, 1)


_DNS_OPTIONS: Table = {
    "resolvers": words("resolvers"),
    "propagation_delay": _one_duration("propagation_delay", "propagation_delay"),
    "propagation_timeout": _propagation_timeout,
    "dns_ttl": _one_duration("ttl", "dns_ttl"),
    "dns_challenge_override_domain": _override_domain,
}


# --- the automation policy


def _load(d: Dispenser, out: Fields) -> None:
    out["folders"] = (*out.get("folders", ()), *d.args())


def _key_type(d: Dispenser, out: Fields) -> None:
    (out["key_type"],) = _args(d, 1)


def _issuer(d: Dispenser, out: Fields) -> None:
    d.arg()
    out.setdefault("issuers", []).append(load_module(d, Issuer))


def _get_certificate(d: Dispenser, out: Fields) -> None:
    d.arg()
    out.setdefault("managers", []).append(load_module(d, CertificateManager))


def _renewal_window_ratio(d: Dispenser, out: Fields) -> None:
    (word,) = _args(d, 1)
    try:
        ratio = parse_float(word)
    except ValueError as e:
        raise d.err(f"parsing renewal_window_ratio: {e}") from None
    if ratio <= 0 or ratio >= 1:
        raise d.err("renewal_window_ratio must be between 0 and 1 (exclusive)")
    if ratio > 0:  # Caddy lets "nan" pass, and forgets it
        out["renewal_window_ratio"] = ratio


LINES: Table = {
    **{name: within("policy", reader) for name, reader in _POLICY.items()},
    "ca": within("acme", _ca),
    "ca_root": within("acme", _ca_root),
    "eab": within("acme", _eab),
    "dns": _dns,
    **{name: _dns_option(name, reader) for name, reader in _DNS_OPTIONS.items()},
    "load": _load,
    "key_type": _key_type,
    "issuer": _issuer,
    "get_certificate": _get_certificate,
    "on_demand": flag("on_demand"),
    "reuse_private_keys": flag("reuse_private_keys"),
    "renewal_window_ratio": _renewal_window_ratio,
}

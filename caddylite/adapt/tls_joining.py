"""Connection policies that say the same are joined; those that contradict are complained of."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from caddylite.adapt.tls_connection import PolicyDraft
from caddylite.errors import ConfigError
from caddylite.node import Node
from caddylite.tls.policy import CertSelection, ClientAuthentication, ConnectionPolicy

_Print = Callable[[Any], str]


def join_policies(policies: list[PolicyDraft]) -> list[PolicyDraft]:
    """Put policies for all names last, and join what can be joined."""
    out = sorted(policies, key=lambda p: p.names is None)
    alike = Counter(map(_hash_of_names, out))
    i = 0
    while i < len(out):
        j = _partner(out, i, alike)
        if j is None:
            i += 1
            continue
        if out[i] is out[j] or _same(out[i], out[j]):
            pass
        elif out[i].names != out[j].names:
            alike[_hash_of_names(out[i])] -= 1
            out[i].names = [*(out[i].names or ()), *(out[j].names or ())]
            alike[_hash_of_names(out[i])] += 1
        else:
            out[i].settings = _merged(out[i].settings, out[j].settings)
        alike[_hash_of_names(out[j])] -= 1
        del out[j]
        # the next look is at the same place: at another policy, if the partner stood before it
    return out


def _partner(policies: list[PolicyDraft], i: int, alike: Counter[Any]) -> int | None:
    """Return the first policy that this one can be joined with.

    It has the same matcher, or stands next and differs in its server names only.
    """
    this = policies[i]
    follows = i + 1 if i + 1 < len(policies) and _joins_names(this, policies[i + 1]) else None
    if alike[_hash_of_names(this)] > 1:
        for j, other in enumerate(policies):
            if j == follows or (j != i and this.names == other.names):
                return j
    return follows


def _joins_names(this: PolicyDraft, following: PolicyDraft) -> bool:
    return (
        this.names is not None
        and following.names is not None
        and this.settings == following.settings
    )


def _hash_of_names(policy: PolicyDraft) -> Any:
    """Return something cheap that is equal where the server names are."""
    names = policy.names
    return names if not names else (len(names), names[0], names[-1])


def _same(a: PolicyDraft, b: PolicyDraft) -> bool:
    return a.names == b.names and a.settings == b.settings


def _merged(a: ConnectionPolicy, b: ConnectionPolicy) -> ConnectionPolicy:
    """Add to a policy what another with the same matcher says besides."""
    _refuse_conflicts(a, b)
    return replace(
        a,
        alpn=a.alpn or b.alpn,
        cipher_suites=a.cipher_suites or b.cipher_suites,
        client_authentication=a.client_authentication or b.client_authentication,
        curves=a.curves or b.curves,
        default_sni=a.default_sni or b.default_sni,
        fallback_sni=a.fallback_sni or b.fallback_sni,
        protocol_min=a.protocol_min or b.protocol_min,
        protocol_max=a.protocol_max or b.protocol_max,
        certificate_selection=_merged_selection(a.certificate_selection, b.certificate_selection),
    )


def _merged_selection(a: CertSelection | None, b: CertSelection | None) -> CertSelection | None:
    if a is None or b is None:
        return a or b
    return replace(a, any_tag=tuple(dict.fromkeys((*a.any_tag, *b.any_tag))))


def _refuse_conflicts(a: ConnectionPolicy, b: ConnectionPolicy) -> None:
    _differ("ALPN", a.alpn, b.alpn, _list)
    _differ("cipher suites", a.cipher_suites, b.cipher_suites, _list)
    if a.client_authentication is None and b.client_authentication is not None:
        _complain("client auth configuration", "<nil>", _client_auth(b.client_authentication))
    _differ("curves", a.curves, b.curves, _list)
    _differ("default SNI", a.default_sni, b.default_sni, str)
    _differ("fallback SNI", a.fallback_sni, b.fallback_sni, str)
    _differ("min protocol", a.protocol_min, b.protocol_min, str)
    _differ("max protocol", a.protocol_max, b.protocol_max, str)
    one, other = a.certificate_selection, b.certificate_selection
    if one and other and replace(one, any_tag=()) != replace(other, any_tag=()):
        _complain("cert selections", _selection(one), _selection(other))


def _differ(what: str, a: Any, b: Any, text: _Print) -> None:
    if a and b and a != b:
        _complain(what, text(a), text(b))


def _complain(what: str, a: str, b: str) -> None:
    raise ConfigError(
        f"two policies with same match criteria have conflicting {what}: {a} vs. {b}"
    )


def _list(values: tuple[str, ...]) -> str:
    return f"[{' '.join(values)}]"


def _client_auth(c: ClientAuthentication) -> str:
    """Print it as Go prints a pointer to a struct: what is JSON already, as bytes."""
    verifiers = " ".join(map(_raw, c.verifiers))
    return (
        f"&{{CARaw:{_raw(c.ca)} ca:<nil> TrustedCACerts:{_list(c.trusted_ca_certs)} "
        f"TrustedCACertPEMFiles:{_list(c.trusted_ca_certs_pem_files)} "
        f"TrustedLeafCerts:{_list(c.trusted_leaf_certs)} VerifiersRaw:[{verifiers}] "
        f"verifiers:[] Mode:{c.mode} existingVerifyPeerCert:<nil>}}"
    )


def _raw(node: Node | None) -> str:
    if node is None:
        return "[]"
    from caddylite import gojson
    from caddylite.encoding import to_plain

    return f"[{' '.join(map(str, gojson.dumps(to_plain(node)).encode()))}]"


def _selection(s: CertSelection) -> str:
    """Print it as Go prints a pointer to a struct."""
    algorithm = int(s.public_key_algorithm)
    return (
        f"&{{SerialNumber:{_list(tuple(map(str, s.serial_number)))} "
        f"SubjectOrganization:{_list(s.subject_organization)} PublicKeyAlgorithm:{algorithm} "
        f"AnyTag:{_list(s.any_tag)} AllTags:{_list(s.all_tags)}}}"
    )

"""What ``tls`` contributes, as Go's ``%#v`` shows it; see ``go_values``.

A pointer that is set is shown as an address in memory, which nobody can foretell: such values are
not shown at all.
"""

from typing import Any

from caddylite.gonumbers import quote
from caddylite.tls.certificates.load_folders import LoadFolders
from caddylite.tls.get_certificate.http import HTTP
from caddylite.tls.get_certificate.tailscale import Tailscale
from caddylite.tls.issuance.acme import ACMEIssuer
from caddylite.tls.issuance.zerossl import ZeroSSLIssuer
from caddylite.tls.policy import ConnectionPolicy


def go_tls_value(value: Any) -> str | None:
    """Return what Go shows; None for what is not known, or holds an address."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, LoadFolders):
        return f"caddytls.FolderLoader{{{', '.join(map(quote, value.folders or ()))}}}"
    if isinstance(value, Tailscale):
        return "&caddytls.Tailscale{logger:(*zap.Logger)(nil)}"
    if isinstance(value, HTTP):
        return f"&caddytls.HTTPCertGetter{{URL:{quote(value.url)}, ctx:context.Context(nil)}}"
    if isinstance(value, ConnectionPolicy):
        return _struct("caddytls.ConnectionPolicy", _POLICY, value)
    if isinstance(value, ACMEIssuer):
        return _struct("caddytls.ACMEIssuer", _ACME, value)
    if isinstance(value, ZeroSSLIssuer):
        return _struct("caddytls.ZeroSSLIssuer", _ZEROSSL, value)
    return None


def _struct(name: str, fields: dict[str, str], value: Any) -> str | None:
    """Show a struct: Go's fields, each with the name of ours or with what it always is."""
    shown = []
    for field, ours in fields.items():
        if not ours.isidentifier():
            shown.append(f"{field}:{ours}")
            continue
        inner = getattr(value, ours)
        if inner is None:
            shown.append(f"{field}:{_NIL[ours]}")
        elif isinstance(inner, tuple):
            words = f"{{{', '.join(map(quote, inner))}}}" if inner else "(nil)"
            shown.append(f"{field}:[]string{words}")
        elif isinstance(inner, str):
            shown.append(f"{field}:{quote(inner)}")
        elif isinstance(inner, int):
            shown.append(f"{field}:{str(inner).lower()}")
        else:
            return None
    return f"&{name}{{{', '.join(shown)}}}"


_NIL = {
    "certificate_selection": "(*caddytls.CustomCertSelectionPolicy)(nil)",
    "client_authentication": "(*caddytls.ClientAuthentication)(nil)",
    "external_account": "(*acme.EAB)(nil)",
    "challenges": "(*caddytls.ChallengesConfig)(nil)",
    "preferred_chains": "(*caddytls.ChainPreference)(nil)",
    "cname_validation": "(*caddytls.DNSChallengeConfig)(nil)",
}
_POLICY = {
    "MatchersRaw": "caddy.ModuleMap(nil)",
    "matchers": "[]caddytls.ConnectionMatcher(nil)",
    "CertSelection": "certificate_selection",
    "CipherSuites": "cipher_suites",
    "Curves": "curves",
    "ALPN": "alpn",
    "ProtocolMin": "protocol_min",
    "ProtocolMax": "protocol_max",
    "Drop": "drop",
    "ClientAuthentication": "client_authentication",
    "DefaultSNI": "default_sni",
    "FallbackSNI": "fallback_sni",
    "InsecureSecretsLog": "insecure_secrets_log",
    "HandshakeContextRaw": "json.RawMessage(nil)",
    "handshakeContext": "caddytls.HandshakeContext(nil)",
    "TLSConfig": "(*tls.Config)(nil)",
}
_ACME = {
    "CA": "ca",
    "TestCA": "test_ca",
    "Email": "email",
    "Profile": "profile",
    "AccountKey": "account_key",
    "ExternalAccount": "external_account",
    "ACMETimeout": "acme_timeout",
    "Challenges": "challenges",
    "TrustedRootsPEMFiles": "trusted_roots_pem_files",
    "PreferredChains": "preferred_chains",
    "CertificateLifetime": "certificate_lifetime",
    "NetworkProxyRaw": "json.RawMessage(nil)",
    "rootPool": "(*x509.CertPool)(nil)",
    "logger": "(*zap.Logger)(nil)",
    "template": (
        'certmagic.ACMEIssuer{CA:"", TestCA:"", Email:"", AccountKeyPEM:"", Agreed:false, '
        'ExternalAccount:(*acme.EAB)(nil), Profile:"", NotBefore:0, NotAfter:0, '
        "DisableHTTPChallenge:false, DisableTLSALPNChallenge:false, "
        'DisableDistributedSolvers:false, ListenHost:"", AltHTTPPort:0, AltTLSALPNPort:0, '
        "DNS01Solver:acmez.Solver(nil), TrustedRoots:(*x509.CertPool)(nil), "
        'CertObtainTimeout:0, Resolver:"", NewAccountFunc:(func(context.Context, '
        "*certmagic.ACMEIssuer, acme.Account) (acme.Account, error))(nil), "
        "PreferredChains:certmagic.ChainPreference{Smallest:(*bool)(nil), "
        "RootCommonName:[]string(nil), AnyCommonName:[]string(nil)}, "
        "Logger:(*zap.Logger)(nil), HTTPProxy:(func(*http.Request) (*url.URL, error))(nil), "
        'config:(*certmagic.Config)(nil), httpClient:(*http.Client)(nil), email:"", '
        "agreed:false, mu:(*sync.Mutex)(nil)}"
    ),
    "magic": "(*certmagic.Config)(nil)",
    "issuer": "(*certmagic.ACMEIssuer)(nil)",
}
_ZEROSSL = {
    "APIKey": "api_key",
    "ValidityDays": "validity_days",
    "ListenHost": "listen_host",
    "AlternateHTTPPort": "alternate_http_port",
    "CNAMEValidation": "cname_validation",
    "logger": "(*zap.Logger)(nil)",
    "storage": "certmagic.Storage(nil)",
    "issuer": "(*certmagic.ZeroSSLIssuer)(nil)",
}

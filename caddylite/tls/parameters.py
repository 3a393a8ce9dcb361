"""Names of TLS parameters: Caddy's (which are Go's) and OpenSSL's, and Caddy's defaults."""

from typing import Final

from caddylite.errors import ConfigError

#: Caddy's names of the versions it speaks, oldest first; "" is the default.
VERSIONS: Final = ("tls1.2", "tls1.3")

#: Cipher suites of TLS 1.2 and earlier: Go's name → OpenSSL's.
_SUITES: Final = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
}
_GO_NAMES: Final = {theirs: ours for ours, theirs in _SUITES.items()}

#: The suites of TLS 1.3, all of which are always on (as in Go), in the order they are preferred.
TLS13_SUITES: Final = (
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
)

#: What is served when nothing is configured: forward secrecy and AEAD only.
DEFAULT_SUITES: Final = tuple(list(_SUITES)[:6])

_CURVES: Final = {
    "x25519mlkem768": "X25519MLKEM768",
    "x25519": "X25519",
    "secp256r1": "P-256",
    "secp384r1": "P-384",
    "secp521r1": "P-521",
}
DEFAULT_CURVES: Final = ("x25519mlkem768", "x25519", "secp256r1")


def openssl_suites(names: tuple[str, ...]) -> str:
    """Translate a list of suites; those of TLS 1.3 are no part of the answer."""
    out: list[str] = []
    for name in names or DEFAULT_SUITES:
        if name not in _SUITES and name not in TLS13_SUITES:
            raise ConfigError(f"unsupported cipher suite: {name}")
        known = _SUITES.get(name)
        if known is not None and known not in out:
            out.append(known)
    return ":".join(out)


def openssl_curves(names: tuple[str, ...]) -> str:
    """Translate a list of curves (groups), the preferred first."""
    out = []
    for name in names or DEFAULT_CURVES:
        if name not in _CURVES:
            raise ConfigError(f"unsupported curve: {name}")
        if _CURVES[name] not in out:
            out.append(_CURVES[name])
    return ":".join(out)


def versions(minimum: str, maximum: str) -> tuple[str, str]:
    """Return the lowest and the highest version allowed, by name."""
    lowest, highest = minimum or VERSIONS[0], maximum or VERSIONS[-1]
    for name in (lowest, highest):
        if name not in VERSIONS:
            raise ConfigError(f"unsupported protocol version: {name}")
    if minimum and maximum and minimum > maximum:
        raise ConfigError(
            f"protocol min ({minimum.encode().hex()}) cannot be greater than "
            f"protocol max ({maximum.encode().hex()})"
        )
    if lowest > highest:
        raise ConfigError(f"no protocol version is left between {lowest} and {highest}")
    return lowest, highest


def go_suite(openssl_name: str) -> str:
    """Return Go's name for a suite."""
    return _GO_NAMES.get(openssl_name, openssl_name)


def go_version(openssl_name: str) -> str:
    """Return Caddy's name for a version (``TLSv1.3`` is ``tls1.3``)."""
    return openssl_name.lower().replace("tlsv", "tls")

"""``client_auth``: what is asked of a client's certificate, as the Caddyfile says it."""

import re

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, read_block
from caddylite.errors import ConfigError
from caddylite.notices import notice
from caddylite.tls.kinds import CAPool, ClientVerifier
from caddylite.tls.policy import ClientAuthentication

_PEM = re.compile(
    r"^-----BEGIN (?P<kind>[^\n]*?)-----[ \t\r]*\n"
    r"(?P<body>[A-Za-z0-9+/=\s]*)\n-----END (?P=kind)-----[ \t\r]*$",
    re.MULTILINE,
)


def parse_client_auth(d: Dispenser) -> ClientAuthentication:
    """Read ``client_auth``; the cursor stands before the word.

    Syntax::

        client_auth {
            mode       request|require|verify_if_given|require_and_verify
            trust_pool <module> ...
            verifier   <module> ...
            trusted_leaf_cert      <base64_der>
            trusted_leaf_cert_file <filename>
        }
    """
    d.args()
    fields = read_block(d, _SYNTAX, "unknown subdirective for client_auth: {}")
    if fields.get("trusted_ca_certs"):
        from caddylite.tls.ca_pool.source.inline import Inline

        fields["ca"] = Inline(fields.pop("trusted_ca_certs"))
    return ClientAuthentication(**fields)


def _mode(d: Dispenser, out: Fields) -> None:
    if d.count_args() > 1:
        raise d.arg_err()
    out["mode"] = d.arg()


_BOTH = "cannot specify both 'trust_pool' and 'trusted_ca_cert' or 'trusted_ca_cert_file'"


def _before_ca_cert(d: Dispenser, out: Fields) -> None:
    notice(f"The '{d.val}' field is deprecated. Use the 'trust_pool' field instead.")
    if "ca" in out:
        raise d.err(_BOTH)


def _ca_cert(d: Dispenser, out: Fields) -> None:
    _before_ca_cert(d, out)
    _add(out, "trusted_ca_certs", d.arg())


def _ca_cert_file(d: Dispenser, out: Fields) -> None:
    _before_ca_cert(d, out)
    _add(out, "trusted_ca_certs", *_certificates(d, d.arg()))


def _leaf_cert(d: Dispenser, out: Fields) -> None:
    _add(out, "trusted_leaf_certs", d.arg())


def _leaf_cert_file(d: Dispenser, out: Fields) -> None:
    _add(out, "trusted_leaf_certs", *_certificates(d, d.arg()))


def _add(out: Fields, field: str, *values: str) -> None:
    out[field] = (*out.get(field, ()), *values)


def _trust_pool(d: Dispenser, out: Fields) -> None:
    if out.get("trusted_ca_certs"):
        raise d.err(_BOTH)
    d.arg()
    try:
        out["ca"] = load_module(d, CAPool)
    except ConfigError as e:
        raise d.err(str(e), e.hint) from None


def _verifier(d: Dispenser, out: Fields) -> None:
    d.arg()
    out["verifiers"] = (*out.get("verifiers", ()), load_module(d, ClientVerifier))


def _certificates(d: Dispenser, filename: str) -> list[str]:
    """Read the certificates of a PEM file: the base64 of each."""
    try:
        with open(filename, encoding="latin-1") as file:
            blocks = _PEM.findall(file.read())
    except OSError as e:
        tried = "read" if isinstance(e, IsADirectoryError) else "open"
        reason = (e.strerror or str(e)).lower()
        raise d.err(f"{tried} {filename}: {reason}") from None
    if not blocks or any(kind != "CERTIFICATE" for kind, _ in blocks):
        raise d.err(f"no CERTIFICATE pem block found in {filename}")
    return ["".join(body.split()) for _, body in blocks]


_SYNTAX = {
    "mode": _mode,
    "trusted_ca_cert": _ca_cert,
    "trusted_ca_cert_file": _ca_cert_file,
    "trusted_leaf_cert": _leaf_cert,
    "trusted_leaf_cert_file": _leaf_cert_file,
    "trust_pool": _trust_pool,
    "verifier": _verifier,
}

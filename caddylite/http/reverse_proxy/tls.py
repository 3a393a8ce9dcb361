"""TLS towards upstreams."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, Table, duration, flag, text, words
from caddylite.node import Node
from caddylite.notices import notice
from caddylite.tls.kinds import CAPool
from caddylite.values import Duration


class TLSConfig(Node, frozen=True):
    """How the handshake with an upstream is made."""

    ca: CAPool | None = None
    root_ca_pool: tuple[str, ...] = ()
    root_ca_pem_files: tuple[str, ...] = ()
    client_certificate_file: str = ""
    client_certificate_key_file: str = ""
    client_certificate_automate: str = ""
    insecure_skip_verify: bool = False
    handshake_timeout: Duration = Duration(0)
    server_name: str = ""
    renegotiation: str = ""
    except_ports: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()


def _nothing(d: Dispenser, out: Fields) -> None:
    """``tls`` alone: the defaults."""


def _client_auth(d: Dispenser, out: Fields) -> None:
    found = d.args()
    if len(found) == 1:
        out["client_certificate_automate"] = found[0]
    elif len(found) == 2:
        out["client_certificate_file"], out["client_certificate_key_file"] = found
    else:
        raise d.arg_err()


def _renegotiation(d: Dispenser, out: Fields) -> None:
    if d.arg() not in ("never", "once", "freely"):
        raise d.arg_err()
    out["renegotiation"] = d.val


def _trusted_ca_certs(d: Dispenser, out: Fields) -> None:
    notice(
        "The 'tls_trusted_ca_certs' field is deprecated. Use the 'tls_trust_pool' field instead."
    )
    found = d.some_args()
    if "ca" in out:
        raise d.err("cannot specify both 'tls_trust_pool' and 'tls_trusted_ca_certs")
    out["root_ca_pem_files"] = tuple(found)


def _trust_pool(d: Dispenser, out: Fields) -> None:
    d.arg()
    pool = load_module(d, CAPool)
    if "root_ca_pem_files" in out:
        raise d.err("cannot specify both 'tls_trust_pool' and 'tls_trusted_ca_certs'")
    if "ca" in out:
        raise d.err('cannot specify "tls_trust_pool" twice in caddyfile')
    out["ca"] = pool


#: The lines of ``transport http`` that are about TLS; any of them turns it on.
SYNTAX: Table = {
    "tls": _nothing,
    "tls_client_auth": _client_auth,
    "tls_insecure_skip_verify": flag("insecure_skip_verify"),
    "tls_curves": words("curves"),
    "tls_timeout": duration("handshake_timeout", "bad timeout value '{}': {}"),
    "tls_trusted_ca_certs": _trusted_ca_certs,
    "tls_trust_pool": _trust_pool,
    "tls_server_name": text("server_name"),
    "tls_renegotiation": _renegotiation,
    "tls_except_ports": words("except_ports"),
}

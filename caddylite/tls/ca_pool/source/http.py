"""Authorities fetched over HTTP."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, duration, read_block, text
from caddylite.node import Node
from caddylite.registry import module
from caddylite.tls.ca_pool.lines import UNKNOWN
from caddylite.tls.kinds import CAPool
from caddylite.values import Duration


class TLSConfig(Node, frozen=True):
    """How the handshake with the server that has them is made."""

    ca: CAPool | None = None
    insecure_skip_verify: bool = False
    handshake_timeout: Duration = Duration(0)
    server_name: str = ""
    renegotiation: str = ""


@module("tls.ca_pool.source.http")
class HTTP(CAPool, frozen=True):
    """Trusts the certificates that some URLs answer with.

    Syntax::

        trust_pool http [<urls...>] {
            endpoints <urls...>
            tls {
                ca                <module> ...
                insecure_skip_verify
                handshake_timeout <duration>
                server_name       <name>
                renegotiation     never|once|freely
            }
        }
    """

    endpoints: tuple[str, ...] = ()
    tls: TLSConfig | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the URLs and the block."""
        d.next()
        fields: Fields = {"endpoints": tuple(d.args())}
        return cls(**read_block(d, {"endpoints": _endpoints, "tls": _tls}, UNKNOWN, fields))


def _endpoints(d: Dispenser, out: Fields) -> None:
    out["endpoints"] = (*out["endpoints"], *d.some_args())


def _tls(d: Dispenser, out: Fields) -> None:
    if "tls" in out:
        raise d.err("tls block already defined")
    out["tls"] = TLSConfig(**read_block(d, _TLS, UNKNOWN))


def _ca(d: Dispenser, out: Fields) -> None:
    d.arg()
    out["ca"] = load_module(d, CAPool)


def _insecure(d: Dispenser, out: Fields) -> None:
    out["insecure_skip_verify"] = True


def _renegotiation(d: Dispenser, out: Fields) -> None:
    if d.arg() not in ("never", "once", "freely"):
        raise d.err("unrecognized renegotiation level: ")  # Caddy has forgotten it by now
    out["renegotiation"] = d.val


_TLS = {
    "ca": _ca,
    "insecure_skip_verify": _insecure,
    "handshake_timeout": duration("handshake_timeout", "bad timeout value '{}': {}"),
    "server_name": text("server_name"),
    "renegotiation": _renegotiation,
}

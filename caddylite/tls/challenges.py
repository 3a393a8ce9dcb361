"""The IR of ACME challenges: how one proves that a name is one's own."""

import msgspec

from caddylite.kinds import DNSProvider
from caddylite.node import Node
from caddylite.values import Duration


class HTTPChallenge(Node, frozen=True):
    """The challenge answered over HTTP (RFC 8555, 8.3)."""

    disabled: bool = False
    alternate_port: int = 0


class TLSALPNChallenge(Node, frozen=True):
    """The challenge answered in a handshake (RFC 8737)."""

    disabled: bool = False
    alternate_port: int = 0


class DNSChallenge(Node, frozen=True):
    """The challenge answered in a TXT record (RFC 8555, 8.4)."""

    provider: DNSProvider | None = None
    ttl: Duration = Duration(0)
    propagation_delay: Duration = Duration(0)
    propagation_timeout: Duration = Duration(0)
    resolvers: tuple[str, ...] = ()
    override_domain: str = ""


class Challenges(Node, frozen=True):
    """Which challenges may be used, and where they are answered."""

    http: HTTPChallenge | None = None
    tls_alpn: TLSALPNChallenge | None = msgspec.field(default=None, name="tls-alpn")
    dns: DNSChallenge | None = None
    bind_host: str = ""
    distributed: bool | None = None

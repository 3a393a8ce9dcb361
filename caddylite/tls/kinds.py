"""The kinds of module that the TLS app holds; each is a namespace of Caddy's.

Those that a Caddyfile can name define ``parse(cls, d: Dispenser) -> Self``: the cursor stands
before the module's name, and ``d`` ends where the module's words end.
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import Node

if TYPE_CHECKING:
    from caddylite.tls.handshake import HandshakeTest


class Issuer(Node, frozen=True):
    """Who signs certificates (``tls/issuance``)."""

    namespace: ClassVar[str | None] = "tls.issuance"
    inline_key: ClassVar[str | None] = "module"


class CertificateManager(Node, frozen=True):
    """Who hands out certificates that somebody else manages (``tls/get_certificate``)."""

    namespace: ClassVar[str | None] = "tls.get_certificate"
    inline_key: ClassVar[str | None] = "via"


class CertificateLoader(Node, frozen=True):
    """Where certificates are loaded from (``tls/certificates``): a module map, by name."""

    namespace: ClassVar[str | None] = "tls.certificates"


class HandshakeMatcher(Node, frozen=True):
    """Says whether a ClientHello is of some kind (``tls/handshake_match``): a module map."""

    namespace: ClassVar[str | None] = "tls.handshake_match"

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the matcher's Caddyfile syntax; the cursor stands before the matcher's name."""
        raise NotImplementedError

    def prepare(self, house: Any) -> "HandshakeTest":
        """Return the function that matches; ConfigError if something in it cannot be used.

        ``house`` (see ``context.House``) may be None: then this process's own environment counts.
        """
        raise NotImplementedError


def no_block(d: Dispenser, name: str) -> None:
    """Complain if a block opens here; no handshake matcher has one."""
    if d.next_block(d.nesting):
        raise d.err(f"malformed TLS handshake matcher '{name}': blocks are not supported")


class HandshakeContext(Node, frozen=True):
    """Changes the context of a handshake (``tls.context``; the standard build has none)."""

    namespace: ClassVar[str | None] = "tls.context"
    inline_key: ClassVar[str | None] = "module"


class CAPool(Node, frozen=True):
    """Where trusted authorities come from (``tls/ca_pool/source``)."""

    namespace: ClassVar[str | None] = "tls.ca_pool.source"
    inline_key: ClassVar[str | None] = "provider"


class ClientVerifier(Node, frozen=True):
    """Looks at a client's certificate (``tls/client_auth/verifier``)."""

    namespace: ClassVar[str | None] = "tls.client_auth.verifier"
    inline_key: ClassVar[str | None] = "verifier"


class LeafLoader(Node, frozen=True):
    """Where accepted leaf certificates come from (``tls/leaf_cert_loader``)."""

    namespace: ClassVar[str | None] = "tls.leaf_cert_loader"
    inline_key: ClassVar[str | None] = "loader"


class Permission(Node, frozen=True):
    """Who may get a certificate on demand (``tls/permission``)."""

    namespace: ClassVar[str | None] = "tls.permission"
    inline_key: ClassVar[str | None] = "module"


class TicketKeys(Node, frozen=True):
    """Where session ticket keys come from (``tls/stek``)."""

    namespace: ClassVar[str | None] = "tls.stek"
    inline_key: ClassVar[str | None] = "provider"


class ECHPublisher(Node, frozen=True):
    """Where ECH configurations are published (``tls/ech/publishers``): a module map."""

    namespace: ClassVar[str | None] = "tls.ech.publishers"

"""TLS begun by us, towards an upstream: the other side of :mod:`caddylite.tls.live.connection`."""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from OpenSSL import SSL
from twisted.internet.interfaces import IProtocol

from caddylite.tls.live.connection import TLSConnection
from caddylite.tls.live.contexts import describe
from caddylite.tls.live.opening import MakeInner
from caddylite.tls.live.termination import Terminator

_HOST: Final = re.compile(r"[A-Za-z0-9_.*-]{1,253}")
#: Says what is wrong with the peer's certificate; "" if nothing is.
Verify = Callable[[SSL.Connection], str]


class TLSClient(TLSConnection):
    """Makes the handshake, checks the peer, then makes and connects the inner protocol.

    ``failed(why)`` is called once if it does not come to that. ``name`` is sent as the server name
    unless it is empty; ``alpn`` are the protocols offered. The context must not have
    ``PARTIAL_WRITE``.
    """

    _begins: ClassVar[bool] = True

    def __init__(
        self,
        limits: Terminator,
        context: SSL.Context,
        make_inner: MakeInner,
        failed: Callable[[str], object],
        *,
        name: str = "",
        alpn: Sequence[str] = (),
        verify: Verify | None = None,
    ) -> None:
        super().__init__(limits, self._verified)
        self._context, self._make_wanted, self._failed = context, make_inner, failed
        self._server_name, self._alpn, self._verify = name, alpn, verify

    def connectionMade(self) -> None:
        """Begin the handshake."""
        super().connectionMade()
        conn = SSL.Connection(self._context, None)
        if self._server_name:
            conn.set_tlsext_host_name(self._server_name.encode())
        if self._alpn:
            conn.set_alpn_protos([p.encode("utf-8", "surrogateescape") for p in self._alpn])
        conn.set_connect_state()
        self._conn = conn
        self._handshake(conn)

    def connectionFailed(self, why: str) -> None:
        """The connection below could not be made."""
        self._report(why)

    def _verified(self, connection: Any) -> IProtocol | None:
        why = self._verify(self._conn) if self._verify is not None and self._conn else ""
        if why:
            self._settled = False
            self._report(why)
            return None
        return self._make_wanted(self)

    def _report(self, why: str) -> None:
        if not self._settled:
            self._settled = True
            self._failed(why)


def verify_name(name: str) -> Verify:
    """Return the check that a certificate is good for a name or an address (RFC 6125)."""

    def verify(conn: SSL.Connection) -> str:
        from service_identity import CertificateError, VerificationError
        from service_identity.pyopenssl import verify_hostname, verify_ip_address

        check = verify_ip_address if _is_address(name) else verify_hostname
        try:
            check(conn, name.removesuffix("."))
        except (VerificationError, CertificateError, SSL.Error, ValueError) as e:
            said = describe(e) if isinstance(e, SSL.Error) else type(e).__name__
            return f"tls: failed to verify certificate: not valid for {name} ({said})"
        return ""

    return verify


def sni_of(host: str) -> str:
    """Return what is sent as the server name: a host's, without the last dot (RFC 6066, 3).

    Nothing is sent for an address, nor for what can be no host's name: clients may choose it.
    """
    name = host.removesuffix(".")
    try:
        ascii_name = name.encode("idna").decode()
    except UnicodeError:
        return ""
    return ascii_name if _HOST.fullmatch(ascii_name) and not _is_address(name) else ""


def _is_address(name: str) -> bool:
    from caddylite.ip import parse_address

    try:
        parse_address(name)
    except ValueError:
        return False
    return True

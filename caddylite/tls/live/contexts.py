"""OpenSSL contexts: one for each connection policy and certificate, built whole, never changed.

All that is a matter of choice is set here and not left to OpenSSL: versions, suites, curves, ALPN,
tickets, no renegotiation, no compression.
"""

from collections.abc import Sequence
from typing import Any, Final

from OpenSSL import SSL

from caddylite.errors import ConfigError
from caddylite.tls import parameters
from caddylite.tls.certificate import Certificate
from caddylite.tls.policy import ConnectionPolicy

_VERSION: Final = {"tls1.2": SSL.TLS1_2_VERSION, "tls1.3": SSL.TLS1_3_VERSION}
#: SSL_OP_PRIORITIZE_CHACHA, for which pyOpenSSL has no name: a client that prefers ChaCha20 (it
#: has no AES instructions) gets it.
_PRIORITIZE_CHACHA: Final = 1 << 21
#: SSL_MODE_ENABLEPARTIAL_WRITE, which pyOpenSSL sets: a write would end after one record.
PARTIAL_WRITE: Final = 1


class ContextMaker:
    """The settings of one connection policy, checked; makes its context for a certificate.

    ``alpn`` are the protocols offered; ``tickets`` is False where sessions must not be resumed.
    """

    def __init__(
        self,
        policy: ConnectionPolicy,
        alpn: Sequence[str],
        client_auth: Any = None,
        keylog: Any = None,
        tickets: bool = True,
    ) -> None:
        lowest, highest = parameters.versions(policy.protocol_min, policy.protocol_max)
        self._suites = parameters.openssl_suites(policy.cipher_suites)
        if not self._suites:
            lowest = "tls1.3"  # only suites of TLS 1.3 are named
        self._versions = _VERSION[lowest], _VERSION[highest]
        self._curves = parameters.openssl_curves(policy.curves)
        self.alpn = tuple(alpn)
        self._client_auth, self._keylog = client_auth, keylog
        # A ticket would let a client that was let in under one policy in under another.
        self._tickets = tickets and client_auth is None

    def make(self, certificate: Certificate) -> SSL.Context:
        """Build a context; ConfigError if OpenSSL refuses the certificate."""
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(self._versions[0])
        context.set_max_proto_version(self._versions[1])
        options = (
            SSL.OP_NO_COMPRESSION
            | SSL.OP_NO_RENEGOTIATION
            | SSL.OP_CIPHER_SERVER_PREFERENCE
            | _PRIORITIZE_CHACHA
        )
        if not self._tickets:
            options |= SSL.OP_NO_TICKET
        context.set_options(options)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_session_id(b"caddylite")
        context.set_mode(SSL.MODE_RELEASE_BUFFERS)
        context.clear_mode(PARTIAL_WRITE)  # memory takes all there is to write
        if self._suites:
            context.set_cipher_list(self._suites.encode())
        context.set_tls13_ciphersuites(":".join(parameters.TLS13_SUITES).encode())
        set_curves(context, self._curves)
        if self.alpn:
            context.set_alpn_select_callback(_selector(self.alpn))
        if self._keylog is not None:
            context.set_keylog_callback(self._keylog)
        if self._client_auth is not None:
            self._client_auth(context)
        install(context, certificate)
        return context


def install(context: SSL.Context, certificate: Certificate) -> None:
    """Give a context its certificate, with chain and key; ConfigError if OpenSSL refuses it."""
    try:
        context.use_certificate(certificate.leaf)
        for above in certificate.chain[1:]:
            context.add_extra_chain_cert(above)
        context.use_privatekey(certificate.key)
    except SSL.Error as e:
        raise ConfigError(f"using certificate {certificate!r}: {describe(e)}") from None


def set_curves(context: SSL.Context, curves: str) -> None:
    """Set the groups. pyOpenSSL has no call for a list; the library under it has."""
    lib: Any = getattr(SSL, "_lib", None)
    set_list = getattr(lib, "SSL_CTX_set1_curves_list", None)
    if set_list is None or set_list(context._context, curves.encode()) != 1:
        if curves == parameters.openssl_curves(()):
            return  # OpenSSL's own defaults are as good
        raise ConfigError(f"this OpenSSL cannot be told to use the curves {curves}")


def _selector(ours: tuple[str, ...]) -> Any:
    names = [name.encode("utf-8", "surrogateescape") for name in ours]

    def select(connection: SSL.Connection, offered: list[bytes]) -> Any:
        for name in names:
            if name in offered:
                return name
        return SSL.NO_OVERLAPPING_PROTOCOLS  # whoever may not go on has been turned down before

    return select


def describe(error: Exception) -> str:
    """Say what OpenSSL complains of, in its own words."""
    if isinstance(error, SSL.SysCallError):
        return str(error.args[-1])
    queue = error.args[0] if error.args else ()
    if isinstance(queue, list | tuple) and queue:
        return "; ".join(str(entry[-1]) for entry in queue if entry)
    return str(error) or type(error).__name__

"""TLS towards upstreams, by pyOpenSSL."""

from typing import Any

from OpenSSL import SSL
from service_identity.pyopenssl import verify_hostname, verify_ip_address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.errors import ConfigError
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.ip import parse_address

_NOT_YET = ("client_certificate_automate", "curves")


@implementer(IOpenSSLClientConnectionCreator)
class UpstreamTLS:
    """Starts TLS with one upstream name; ``verify``: its certificate must be good for it."""

    def __init__(self, context: SSL.Context, name: str, verify: bool) -> None:
        self._context, self._name, self._verify = context, name, verify

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Make the OpenSSL side of a connection."""
        connection = SSL.Connection(self._context, None)
        protocol: Any = tlsProtocol
        protocol.upstream_tls = self
        connection.set_app_data(protocol)
        if self._name and not _is_address(self._name):
            connection.set_tlsext_host_name(self._name.encode("idna"))
        return connection

    def check(self, connection: SSL.Connection) -> None:
        """Compare the certificate with the name. VerificationError if it is another's."""
        if not self._verify:
            return
        if _is_address(self._name):
            verify_ip_address(connection, self._name)
        else:
            verify_hostname(connection, self._name)


def _is_address(name: str) -> bool:
    try:
        parse_address(name)
    except ValueError:
        return False
    return True


def _on_handshake(connection: SSL.Connection, where: int, ret: int) -> None:
    """Check the name once the handshake is through, before a byte of the request goes out.

    OpenSSL does not hear of exceptions here, so whatever goes wrong must end the connection.
    """
    if not where & SSL.SSL_CB_HANDSHAKE_DONE:
        return
    protocol = connection.get_app_data()
    try:
        protocol.upstream_tls.check(connection)
    except BaseException:
        protocol.failVerification(Failure())  # type: ignore[no-untyped-call]


def make_context(
    config: TLSConfig, alpn: tuple[bytes, ...] = (b"http/1.1",), check_names: bool = True
) -> SSL.Context:
    """Make the OpenSSL context of a transport. ConfigError for files that cannot be used.

    ``check_names``: whether the context sees to it that an :class:`UpstreamTLS` checks the name.
    """
    for field in _NOT_YET:
        if getattr(config, field):
            raise ConfigError(f"{field} of a TLS transport is not run by caddylite yet")
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    if alpn:
        context.set_alpn_protos(list(alpn))
    if check_names:
        context.set_info_callback(_on_handshake)
    if config.insecure_skip_verify:
        context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
    else:
        context.set_verify(SSL.VERIFY_PEER, lambda c, cert, error, depth, ok: bool(ok))
        _load_roots(context, config)
    if config.client_certificate_file:
        _load_client_certificate(context, config)
    return context


def _load_roots(context: SSL.Context, config: TLSConfig) -> None:
    pems = list(_pem_files(config))
    ders = list(config.root_ca_pool)
    pool: Any = config.ca
    if pool is not None:
        pems += getattr(pool, "pem_files", ())
        ders += getattr(pool, "trusted_ca_certs", ())
        if not (pems or ders):
            raise ConfigError(f"CA pool {pool.name} is not run by caddylite yet")
    if not pems and not ders:
        context.set_default_verify_paths()
        return
    store = context.get_cert_store()
    assert store is not None
    for certificate in _certificates(pems, ders):
        store.add_cert(certificate)


def _pem_files(config: TLSConfig) -> tuple[str, ...]:
    return config.root_ca_pem_files


def _certificates(pems: list[str], ders: list[str]) -> list[Any]:
    from base64 import b64decode

    from cryptography import x509
    from OpenSSL.crypto import X509

    found = []
    for path in pems:
        try:
            with open(path, "rb") as file:
                found += x509.load_pem_x509_certificates(file.read())
        except (OSError, ValueError) as error:
            raise ConfigError(f"failed to load trust pool: {path}: {error}") from None
    for text in ders:
        try:
            found.append(x509.load_der_x509_certificate(b64decode(text)))
        except ValueError as error:
            raise ConfigError(f"failed to load trust pool: {error}") from None
    return [X509.from_cryptography(c) for c in found]


def _load_client_certificate(context: SSL.Context, config: TLSConfig) -> None:
    try:
        context.use_certificate_chain_file(config.client_certificate_file)
        context.use_privatekey_file(config.client_certificate_key_file)
    except SSL.Error as error:
        raise ConfigError(f"loading client certificate key pair: {error}") from None

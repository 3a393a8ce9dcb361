"""TLS towards upstreams, by pyOpenSSL."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from OpenSSL import SSL

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.tls.live.client import TLSClient, sni_of, verify_name
from caddylite.tls.live.contexts import PARTIAL_WRITE
from caddylite.tls.live.opening import MakeInner
from caddylite.tls.live.termination import Terminator

_NOT_YET = ("client_certificate_automate", "curves")
#: Seconds for a handshake when the config does not say.
_HANDSHAKE: Final = 10.0


class UpstreamTLS:
    """Begins TLS towards upstreams, as a config says."""

    def __init__(self, config: TLSConfig, house: House) -> None:
        self._context = _context(config)
        self._insecure = config.insecure_skip_verify
        seconds = config.handshake_timeout.seconds
        limits: Any = None
        self._limits = Terminator(
            limits, house, handshake_seconds=seconds if seconds > 0 else _HANDSHAKE
        )

    def wrap(
        self,
        make_inner: MakeInner,
        failed: Callable[[str], object],
        name: str,
        alpn: Sequence[str] = (),
    ) -> TLSClient:
        """Return the outer protocol of a connection.

        ``name`` is asked for and verified; ``make_inner(outer)`` makes what is connected after
        the handshake; ``failed(why)`` is called if it does not come to that.
        """
        return TLSClient(
            self._limits,
            self._context,
            make_inner,
            failed,
            name=sni_of(name),
            alpn=alpn,
            verify=None if self._insecure else verify_name(name),
        )


def _context(config: TLSConfig) -> SSL.Context:
    """Make the OpenSSL context of a transport. ConfigError for files that cannot be used."""
    for field in _NOT_YET:
        if getattr(config, field):
            raise ConfigError(f"{field} of a TLS transport is not run by caddylite yet")
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.clear_mode(PARTIAL_WRITE)
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

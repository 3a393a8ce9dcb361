"""OpenSSL contexts for TLS towards upstreams."""

from collections.abc import Callable
from typing import Any, Final

from OpenSSL import SSL

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.tls.certificate import Certificate
from caddylite.tls.live.contexts import PARTIAL_WRITE, describe, install, set_curves
from caddylite.tls.live.pools import SystemRoots, from_base64, from_files, trust, trusted
from caddylite.tls.parameters import openssl_curves

_RENEGOTIATION: Final = ("", "never", "once", "freely")


class ClientContexts:
    """The context of one transport; a new one when its managed certificate has been renewed.

    OpenSSL does not count renegotiations: ``once`` is ``freely``.
    """

    def __init__(self, config: TLSConfig, house: House) -> None:
        self._config, self._house = config, house
        if config.renegotiation not in _RENEGOTIATION:
            raise ConfigError(f"invalid TLS renegotiation level: {config.renegotiation}")
        self._roots = None if config.insecure_skip_verify else _roots(config, house)
        self._plain = self._make(None)
        self._made: tuple[Certificate, SSL.Context] | None = None
        if config.client_certificate_automate:
            house.app("tls").automate(config.client_certificate_automate)

    def current(self) -> SSL.Context:
        """Return the context for a connection that is made now."""
        name = self._config.client_certificate_automate
        certificate = self._house.app("tls").certificate_of(name) if name else None
        if certificate is None:
            return self._plain
        if self._made is None or self._made[0] is not certificate:
            self._made = certificate, self._make(certificate)
        return self._made[1]

    def _make(self, certificate: Certificate | None) -> SSL.Context:
        config = self._config
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.clear_mode(PARTIAL_WRITE)
        if config.renegotiation in ("", "never"):
            context.set_options(SSL.OP_NO_RENEGOTIATION)
        if config.curves:
            set_curves(context, openssl_curves(config.curves))
        if config.insecure_skip_verify:
            context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
        else:
            context.set_verify(SSL.VERIFY_PEER, lambda c, cert, error, depth, ok: bool(ok))
            trust(context, self._roots)
        _load_certificate(context, config)
        if certificate is not None:
            install(context, certificate)
        return context


def _roots(config: TLSConfig, house: House) -> list[Any]:
    """Return who may sign the certificates of upstreams."""
    deprecated = bool(config.root_ca_pool or config.root_ca_pem_files)
    pool = config.ca
    if pool is not None:
        if deprecated:
            raise ConfigError("conflicting config for Root CA pool")
        return _named("failed to load ca module: ", lambda: trusted(pool, house))
    if not deprecated:
        return SystemRoots()
    inline = _named("parsing CA certificate: ", lambda: from_base64(config.root_ca_pool))
    return inline + _named(
        "failed reading ca cert: ", lambda: from_files(config.root_ca_pem_files)
    )


def _named(what: str, load: Callable[[], list[Any]]) -> list[Any]:
    try:
        return load()
    except ConfigError as e:
        raise e.wrap(what) from None


def _load_certificate(context: SSL.Context, config: TLSConfig) -> None:
    certificate, key = config.client_certificate_file, config.client_certificate_key_file
    if bool(certificate) != bool(key):
        given, missing = "client_certificate_file", "client_certificate_key_file"
        if key:
            given, missing = missing, given
        raise ConfigError(f"{given} specified without {missing}")
    if not certificate:
        return
    try:
        context.use_certificate_chain_file(certificate)
        context.use_privatekey_file(key)
        context.check_privatekey()
    except SSL.Error as error:
        raise ConfigError(f"loading client certificate key pair: {describe(error)}") from None

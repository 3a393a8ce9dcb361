"""TLS towards upstreams, by pyOpenSSL."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from OpenSSL import SSL

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.tls.live.client import TLSClient, client_context, sni_of, verify_name
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
    if config.insecure_skip_verify:
        context = client_context(verified=False)
    else:
        context = client_context(*_roots(config))
    if config.client_certificate_file:
        _load_client_certificate(context, config)
    return context


def _roots(config: TLSConfig) -> tuple[list[str], list[str]]:
    """Return what is trusted: files of PEM, and certificates in base64."""
    pems, ders = list(config.root_ca_pem_files), list(config.root_ca_pool)
    pool: Any = config.ca
    if pool is not None:
        pems += getattr(pool, "pem_files", ())
        ders += getattr(pool, "trusted_ca_certs", ())
        if not (pems or ders):
            raise ConfigError(f"CA pool {pool.name} is not run by caddylite yet")
    return pems, ders


def _load_client_certificate(context: SSL.Context, config: TLSConfig) -> None:
    try:
        context.use_certificate_chain_file(config.client_certificate_file)
        context.use_privatekey_file(config.client_certificate_key_file)
    except SSL.Error as error:
        raise ConfigError(f"loading client certificate key pair: {error}") from None

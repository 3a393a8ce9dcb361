"""TLS towards upstreams, by pyOpenSSL."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from caddylite.context import House
from caddylite.http.live.proxy.contexts import ClientContexts
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.tls.live.client import TLSClient, sni_of, verify_name
from caddylite.tls.live.opening import MakeInner
from caddylite.tls.live.termination import Terminator

#: Seconds for a handshake when the config does not say.
_HANDSHAKE: Final = 10.0


class UpstreamTLS:
    """Begins TLS towards upstreams, as a config says."""

    def __init__(self, config: TLSConfig, house: House) -> None:
        self._contexts = ClientContexts(config, house)
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
            self._contexts.current(),
            make_inner,
            failed,
            name=sni_of(name),
            alpn=alpn,
            verify=None if self._insecure else verify_name(name),
        )

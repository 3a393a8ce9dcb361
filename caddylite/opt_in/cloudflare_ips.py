"""The IP source ``cloudflare`` (github.com/WeidiDeng/caddy-cloudflare-ip)."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.http.config import IPSource
from caddylite.registry import module
from caddylite.values import Duration


@module("http.ip_sources.cloudflare")
class CloudflareIPs(IPSource, frozen=True):
    """The ranges that Cloudflare publishes.

    Syntax::

        trusted_proxies cloudflare {
            interval <duration>
            timeout  <duration>
        }
    """

    interval: Duration = Duration(0)
    timeout: Duration = Duration(0)

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        d.no_more_args()
        spans: dict[str, Duration] = {}
        for option in d.block():
            if option not in ("interval", "timeout"):
                raise d.arg_err()
            try:
                spans[option] = Duration.parse(d.arg())
            except ValueError as e:
                raise ConfigError(str(e), d.at).as_is() from None
        return cls(**spans)

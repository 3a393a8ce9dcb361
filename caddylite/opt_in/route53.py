"""The DNS provider ``route53`` (github.com/caddy-dns/route53)."""

import os
from collections.abc import Callable
from typing import Any, Final, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import atoi, parse_bool
from caddylite.kinds import DNSProvider
from caddylite.registry import module
from caddylite.values import Duration

_OLD_NAMES: Final = {
    "wait_for_propagation": "wait_for_route53_sync",
    "max_wait_dur": "route53_max_wait",
    "aws_profile": "profile",
    "token": "session_token",
}


def _wait(text: str) -> Duration:
    try:
        return Duration.parse_go(text)
    except ValueError:
        return Duration(atoi(text) * 1_000_000_000)  # a plain number is seconds


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "wait_for_route53_sync": parse_bool,
    "skip_route53_sync_on_delete": parse_bool,
    "route53_max_wait": _wait,
    "max_retries": atoi,
    "debug_logging": parse_bool,
    "profile": str,
    "access_key_id": str,
    "secret_access_key": str,
    "session_token": str,
    "region": str,
    "hosted_zone_id": str,
}


@module("dns.providers.route53")
class Route53(DNSProvider, frozen=True):
    """Writes records with AWS credentials; what cannot be read is left as it was, as there.

    Syntax::

        route53 {
            region <name>
            profile <name>
            access_key_id <id>
            secret_access_key <key>
            session_token <token>
            hosted_zone_id <id>
            max_retries <number>
            route53_max_wait <duration>
            wait_for_route53_sync <bool>
            skip_route53_sync_on_delete <bool>
            debug_logging <bool>
        }
    """

    region: str = ""
    profile: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""
    max_retries: int = 0
    route53_max_wait: Duration = Duration(0)
    wait_for_route53_sync: bool = False
    skip_route53_sync_on_delete: bool = False
    hosted_zone_id: str = ""
    debug_logging: bool = False

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        d.no_more_args()
        given: dict[str, Any] = {
            "region": os.environ.get("AWS_REGION") or "us-east-1",
            "skip_route53_sync_on_delete": True,
        }
        for option in d.block():
            name = _OLD_NAMES.get(option, option)
            if name not in _READERS:
                raise d.err(f"unrecognized subdirective '{option}'")
            value = d.opt_arg()
            if value is not None:
                try:
                    given[name] = _READERS[name](value)
                except ValueError:
                    if name == "max_retries":
                        given[name] = 0
            d.no_more_args()
        return cls(**given)

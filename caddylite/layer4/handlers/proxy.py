"""The ``proxy`` handler."""

from typing import Any, Final, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.gonumbers import parse_int
from caddylite.layer4.handling import Handler
from caddylite.layer4.options import options, refuse_twice, take_duration, take_number
from caddylite.layer4.proxy.health import (
    ActiveHealthChecks,
    HealthChecks,
    LoadBalancing,
    PassiveHealthChecks,
)
from caddylite.layer4.proxy.kinds import SelectionPolicy
from caddylite.layer4.proxy.upstream import Upstream
from caddylite.registry import module

#: By option: in which part it belongs, the field's name, and whether it is a time span.
_FIELDS: Final = {
    "health_interval": ("active", "interval", True),
    "health_port": ("active", "port", False),
    "health_timeout": ("active", "timeout", True),
    "health_fall": ("active", "fall", False),
    "health_rise": ("active", "rise", False),
    "fail_duration": ("passive", "fail_duration", True),
    "max_fails": ("passive", "max_fails", False),
    "unhealthy_connection_count": ("passive", "unhealthy_connection_count", False),
    "lb_try_duration": ("balancing", "try_duration", True),
    "lb_try_interval": ("balancing", "try_interval", True),
}


@module("layer4.handlers.proxy")
class Proxy(Handler, frozen=True):
    """Connects to an upstream and carries bytes both ways.

    Addresses are ``[network/]host:port``, with placeholders of the connection if wanted. Each
    address on the line is an upstream; ``upstream`` lines add others.

    Syntax::

        proxy [<addresses...>] {
            upstream [<addresses...>] { ... }

            health_interval <duration>
            health_port <port>
            health_timeout <duration>
            health_fall <count>
            health_rise <count>
            close_if_unhealthy

            fail_duration <duration>
            max_fails <count>
            unhealthy_connection_count <count>

            lb_policy <name> [<arguments...>]
            lb_try_duration <duration>
            lb_try_interval <duration>

            proxy_protocol <v1|v2>
            allow_private
        }

    An address made of what the client says (``{l4.tls.server_name}``, ``{l4.http.host}``,
    captures, variables made of these …) on a route where no matcher limits it to names from the
    config is dialled only if it is a public one: no loopback, private, link-local, multicast,
    unspecified or shared (RFC 6598) address, no Unix socket, no listener of ours.
    ``allow_private``, which Caddy does not have, lifts that.
    """

    upstreams: tuple[Upstream, ...] = ()
    health_checks: HealthChecks | None = None
    load_balancing: LoadBalancing | None = None
    proxy_protocol: str = ""
    allow_private: bool = False

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the upstreams and options; all but ``upstream`` at most once."""
        d.next()
        upstreams = [Upstream((address,)) for address in d.args()]
        parts: dict[str, dict[str, Any]] = {}
        version: list[str] = []
        seen: set[str] = set()
        for option in options(d, cls.name):
            if option == "lb_policy" and option in seen:
                raise d.err(f"duplicate proxy load_balancing option '{option}'")
            refuse_twice(d, cls.name, option, seen - {"upstream"})
            seen.add(option)
            if option == "upstream":
                upstreams.append(Upstream.parse(Dispenser(d.segment())))
            elif option == "allow_private":
                if d.count_args():
                    raise d.arg_err()
            elif option == "proxy_protocol":
                d.next_arg()
                version.append(d.val)
            else:
                _option(d, cls.name, option, parts)
        return cls(
            tuple(upstreams),
            _health_checks(parts),
            LoadBalancing(**parts["balancing"]) if "balancing" in parts else None,
            version[0] if version else "",
            "allow_private" in seen,
        )


def _option(d: Dispenser, name: str, option: str, parts: dict[str, dict[str, Any]]) -> None:
    if option in _FIELDS:
        part, field, is_duration = _FIELDS[option]
        if is_duration:
            value: Any = take_duration(d, name, option)
        else:
            value = take_number(d, name, option, lambda word: parse_int(word, 32))
        parts.setdefault(part, {})[field] = value
    elif option == "close_if_unhealthy":
        if d.count_args():
            raise d.arg_err()
        parts.setdefault("active", {})[option] = True
    elif option == "lb_policy":
        d.arg()
        policy = load_module(d, SelectionPolicy)
        parts.setdefault("balancing", {})["selection"] = policy
    else:
        raise d.arg_err()


def _health_checks(parts: dict[str, dict[str, Any]]) -> HealthChecks | None:
    if "active" not in parts and "passive" not in parts:
        return None
    return HealthChecks(
        ActiveHealthChecks(**parts["active"]) if "active" in parts else None,
        PassiveHealthChecks(**parts["passive"]) if "passive" in parts else None,
    )

"""Which peers may send PROXY headers, by the listener wrapper's and the handler's config."""

from collections.abc import Callable
from typing import Any

from caddylite.errors import ConfigError
from caddylite.ip import parse_prefix, ranges_test
from caddylite.layer4.matching import Connection

USE, IGNORE, REJECT, REQUIRE, SKIP = "USE", "IGNORE", "REJECT", "REQUIRE", "SKIP"


def policy_for(ir: Any, cx: Connection, handler: bool, expand: Callable[[str], str]) -> str:
    """Return the policy that holds for a peer: deny, then allow, then the fallback.

    The handler requires a header from those it believes, and believes all if nothing is said.
    """
    unix = isinstance(cx.remote, str)
    if handler and not (ir.allow or ir.deny or ir.fallback_policy):
        return USE if unix else REQUIRE
    if unix:
        return USE
    host = cx.remote[0]
    found = str(ir.fallback_policy) or IGNORE
    if _inside(ir.deny, host, expand):
        found = REJECT
    elif _inside(ir.allow, host, expand):
        found = USE
    return REQUIRE if handler and found == USE else found


def as_caddy_l4(policy: str) -> str:
    """Return what caddy-l4's handler makes of a policy, as the program was seen to do.

    A peer to be rejected is passed on with its header; of everybody else one is required, and its
    address is believed.
    """
    return SKIP if policy == REJECT else REQUIRE


def _inside(ranges: Any, host: str, expand: Callable[[str], str]) -> bool:
    if not ranges:
        return False
    try:
        return ranges_test([parse_prefix(expand(r)) for r in ranges])(host)
    except ValueError as e:
        raise ConfigError(str(e)) from None

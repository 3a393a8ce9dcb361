"""One upstream of the ``proxy`` handler."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.gonumbers import parse_int
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.layer4.options import (
    no_nested_block,
    refuse_twice,
    take_duration,
    take_number,
    take_word,
)
from caddylite.node import Node
from caddylite.tls.kinds import CAPool

_NAME = "proxy upstream"
_PREFERENCES = ("ipv4_only", "ipv6_only", "ipv4_first", "ipv6_first")
_RENEGOTIATION = ("never", "once", "freely")
#: These may come several times.
_LISTS = ("dial", "local_addr", "tls_curves", "tls_except_ports")


class Upstream(Node, frozen=True):
    """Where connections are proxied to; with several addresses to all of them at once.

    Syntax::

        upstream [<addresses...>] {
            dial <addresses...>
            local_addr <addresses...>
            resolver_preference <ipv4_only|ipv6_only|ipv4_first|ipv6_first>
            max_connections <count>
            weight <number>
            tls
            tls_client_auth <name> | <certificate file> <key file>
            tls_curves <names...>
            tls_except_ports <ports...>
            tls_insecure_skip_verify
            tls_renegotiation <never|once|freely>
            tls_server_name <name>
            tls_timeout <duration>
            tls_trust_pool <module> ...
        }
    """

    dial: tuple[str, ...] = ()
    local_address: tuple[str, ...] = ()
    resolver_preference: str = ""
    tls: TLSConfig | None = None
    max_connections: int = 0
    weight: int = 0

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the addresses and options; the cursor stands before the word."""
        d.next()
        given: dict[str, Any] = {"dial": tuple(d.args())}
        tls: dict[str, Any] = {}
        seen: set[str] = set()
        before = d.nesting
        for option in d.block():
            if option not in _LISTS:
                refuse_twice(d, _NAME, option, seen)
            seen.add(option)
            if option.startswith("tls"):
                _tls_option(d, option, tls)
                if option == "tls_renegotiation":
                    continue
            else:
                _option(d, option, given)
            no_nested_block(d, before + 1, f"malformed {_NAME} option '{option}'")
        if not given["dial"]:
            raise d.err(f"malformed {_NAME} block: at least one dial address must be provided")
        if any(option.startswith("tls") for option in seen):
            given["tls"] = TLSConfig(**tls)
        return cls(**given)


def _option(d: Dispenser, option: str, given: dict[str, Any]) -> None:
    if option == "dial":
        given[option] += tuple(_some(d))
    elif option == "local_addr":
        given["local_address"] = (*given.get("local_address", ()), *_some(d))
    elif option == "resolver_preference":
        given[option] = _one_of(d, option, _PREFERENCES)
    elif option in ("max_connections", "weight"):
        given[option] = take_number(d, _NAME, option, lambda word: parse_int(word, 32))
    else:
        raise d.arg_err()


def _tls_option(d: Dispenser, option: str, tls: dict[str, Any]) -> None:
    if option == "tls":
        return
    if option == "tls_client_auth":
        words = d.args() if d.count_args() in (1, 2) else []
        if len(words) == 1:
            tls["client_certificate_automate"] = words[0]
        elif words:
            tls["client_certificate_file"], tls["client_certificate_key_file"] = words
        else:
            raise d.arg_err()
    elif option in ("tls_curves", "tls_except_ports"):
        key = option.removeprefix("tls_")
        tls[key] = (*tls.get(key, ()), *_some(d))
    elif option == "tls_insecure_skip_verify":
        if d.count_args():
            raise d.arg_err()
        tls["insecure_skip_verify"] = True
    elif option == "tls_renegotiation":
        tls["renegotiation"] = _one_of(d, option, _RENEGOTIATION)
    elif option == "tls_server_name":
        tls["server_name"] = take_word(d)
    elif option == "tls_timeout":
        tls["handshake_timeout"] = take_duration(d, _NAME, option)
    elif option == "tls_trust_pool":
        if not d.count_args():
            raise d.arg_err()
        d.next_arg()
        tls["ca"] = load_module(d, CAPool)
    else:
        raise d.arg_err()


def _some(d: Dispenser) -> list[str]:
    if not d.count_args():
        raise d.arg_err()
    return d.args()


def _one_of(d: Dispenser, option: str, values: tuple[str, ...]) -> str:
    word = take_word(d)
    if word not in values:
        raise d.err(f"malformed {_NAME} option '{option}': unrecognized value '{word}'")
    return word

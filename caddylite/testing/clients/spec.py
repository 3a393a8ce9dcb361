"""Clients named in words: ``tls sni=vpn.example.com alpn=h2,http/1.1 like=chrome``."""

import inspect
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from caddylite.errors import ConfigError
from caddylite.testing.clients.base import Client, parse_time
from caddylite.testing.clients.capture import pcap
from caddylite.testing.clients.datagrams import dns, openvpn, wireguard
from caddylite.testing.clients.hello import tls
from caddylite.testing.clients.initial import quic
from caddylite.testing.clients.logins import postgres, rdp, socks4, socks5, ssh, xmpp
from caddylite.testing.clients.raw import proxy_protocol, raw, silent
from caddylite.testing.clients.requests import http

#: By name: what makes the client. Its keyword arguments are the options.
KINDS: Final[dict[str, Callable[..., Client]]] = {
    "tls": tls, "http": http, "ssh": ssh, "postgres": postgres, "rdp": rdp, "socks4": socks4,
    "socks5": socks5, "xmpp": xmpp, "openvpn": openvpn, "wireguard": wireguard, "quic": quic,
    "dns": dns, "silent": silent, "bytes": raw, "pcap": pcap,
}  # fmt: skip
#: What may be said of any client, besides its own options.
_COMMON: Final = ("from", "time", "patience", "proxy_protocol", "proxy_version", "inner")


def parse(text: str) -> Client:
    """Read a client from words: its kind, then ``option=value``; ConfigError if it is none.

    The kind's first option may be given without its name (``ssh SSH-2.0-x``, ``http host``).
    """
    try:
        words = shlex.split(text)
    except ValueError as e:
        raise ConfigError(f"{text!r}: {e}") from None
    return from_words(words)


def from_words(words: list[str]) -> Client:
    """Read a client from words already split."""
    if not words:
        return silent()
    kind, *rest = words
    options: dict[str, Any] = {}
    for i, word in enumerate(rest):
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            options[name] = value
        elif i == 0:
            options[first_option(kind)] = word
        else:
            raise ConfigError(f"{word!r} is no option of a client", hint="write name=value")
    return make(kind, options)


def make(kind: str, options: Mapping[str, Any] | None = None) -> Client:
    """Make a client of a kind; values may be text, as in a file. ConfigError for what is wrong."""
    maker = _maker(kind)
    known = inspect.signature(maker).parameters
    own: dict[str, Any] = {}
    common: dict[str, Any] = {}
    for name, value in (options or {}).items():
        if name in _COMMON and name not in known:
            common[name] = value
        elif name in known:
            own[name] = _inner(value) if name == "inner" else _fitting(known[name], name, value)
        else:
            listed = ", ".join([*known, "from", "time", "patience", "proxy_protocol"])
            raise ConfigError(f"{kind} has no option {name!r}", hint=f"its options: {listed}")
    return _with_common(maker(**own), common)


def first_option(kind: str) -> str:
    """Return the name of a kind's first option."""
    known = list(inspect.signature(_maker(kind)).parameters)
    if not known:
        raise ConfigError(f"a {kind} client takes no argument")
    return known[0]


def _maker(kind: str) -> Callable[..., Client]:
    maker = KINDS.get(kind)
    if maker is None:
        from caddylite.errors import UnknownName

        unknown = UnknownName(f"unknown kind of client: {kind}", kind, KINDS)
        unknown.hint = unknown.hint or "known: " + ", ".join(KINDS)
        raise unknown
    return maker


def _inner(value: Any) -> Any:
    if isinstance(value, Mapping):
        ((kind, options),) = value.items()
        return make(kind, options)
    return parse(value) if isinstance(value, str) else value


def _fitting(parameter: inspect.Parameter, name: str, value: Any) -> Any:
    """Give a value the type of the option's default."""
    default = parameter.default
    try:
        if isinstance(default, bool):
            return value if isinstance(value, bool) else value.lower() in ("yes", "true", "1")
        if isinstance(default, int):
            return int(value)
        if name == "headers" and isinstance(value, str):
            pairs = (pair.partition(":") for pair in value.split(";"))
            return {k.strip(): v.strip() for k, _, v in pairs}
    except ValueError:
        raise ConfigError(f"{name}: {value!r} is not a number") from None
    if isinstance(default, str) and not isinstance(value, list | tuple):
        return str(value)
    return value


def _with_common(client: Client, said: Mapping[str, Any]) -> Client:
    if "inner" in said:
        inside = _inner(said["inner"])
        client = replace(client, inner=inside.data, later=(inside.inner, *inside.later))
    if "from" in said:
        client = client.coming_from(str(said["from"]))
    if "proxy_protocol" in said:
        version = int(said.get("proxy_version", 2))
        client = proxy_protocol(client, str(said["proxy_protocol"]), version=version)
    if "time" in said:
        client = replace(client, time=parse_time(str(said["time"])))
    if "patience" in said:
        client = replace(client, patience=float(str(said["patience"]).removesuffix("s")))
    return client

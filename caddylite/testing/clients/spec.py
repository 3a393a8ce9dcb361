"""Clients named in words: ``tls sni=vpn.example.com alpn=h2,http/1.1 like=chrome``."""

import inspect
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any, Final

from caddylite.errors import ConfigError, UnknownName
from caddylite.testing.clients.base import Client, parse_time
from caddylite.testing.clients.capture import pcap
from caddylite.testing.clients.datagrams import dns, openvpn, wireguard
from caddylite.testing.clients.hello import tls
from caddylite.testing.clients.initial import quic
from caddylite.testing.clients.logins import postgres, rdp, socks4, socks5, ssh, winbox, xmpp
from caddylite.testing.clients.raw import proxy_protocol, raw, silent
from caddylite.testing.clients.requests import http

#: By name: what makes the client. Its keyword arguments are the options.
KINDS: Final[dict[str, Callable[..., Client]]] = {
    "tls": tls, "http": http, "ssh": ssh, "postgres": postgres, "rdp": rdp, "socks4": socks4,
    "socks5": socks5, "xmpp": xmpp, "openvpn": openvpn, "wireguard": wireguard, "quic": quic,
    "dns": dns, "winbox": winbox, "silent": silent, "bytes": raw, "pcap": pcap,
}  # fmt: skip
#: What may be said of any client, besides its own options.
_COMMON: Final = ("from", "time", "patience", "proxy_protocol", "proxy_version", "inner")


def parse(text: str, folder: Path | None = None) -> Client:
    """Read a client from words: its kind, then ``option=value``; ConfigError if it is none.

    The kind's first option may be given without its name (``ssh SSH-2.0-x``, ``http host``).
    Paths of files count from ``folder``.
    """
    try:
        words = shlex.split(text)
    except ValueError as e:
        raise ConfigError(f"{text!r}: {e}") from None
    return from_words(words, folder)


def from_words(words: list[str], folder: Path | None = None) -> Client:
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
    return make(kind, options, folder)


def make(
    kind: str, options: Mapping[str, Any] | None = None, folder: Path | None = None
) -> Client:
    """Make a client of a kind; values may be text, as in a file. ConfigError for what is wrong."""
    maker = _maker(kind)
    known = inspect.signature(maker).parameters
    own: dict[str, Any] = {}
    common: dict[str, Any] = {}
    for name, value in (options or {}).items():
        if name in _COMMON and name not in known:
            common[name] = value
        elif name == "inner" and name in known:
            own[name] = read(value, folder)
        elif name in known:
            own[name] = _fitting(known[name], name, value)
            if name == "file" and folder is not None:
                own[name] = str(folder / own[name])
        else:
            raise _no_option(kind, name, [*known, *(c for c in _COMMON if c not in known)])
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in own:
            raise ConfigError(f"{kind} lacks the option {name!r}", hint=f"write {kind} {name}=…")
    try:
        return _with_common(maker(**own), common, folder)
    except (ValueError, OverflowError) as e:
        raise ConfigError(f"there is no such {kind} client: {e}") from None


def _no_option(kind: str, name: str, known: list[str]) -> ConfigError:
    unknown = UnknownName(f"{kind} has no option {name!r}", name, known)
    unknown.hint = "; ".join(filter(None, (unknown.hint, "its options: " + ", ".join(known))))
    return unknown


def first_option(kind: str) -> str:
    """Return the name of a kind's first option."""
    known = list(inspect.signature(_maker(kind)).parameters)
    if not known:
        raise ConfigError(f"a {kind} client takes no argument")
    return known[0]


def _maker(kind: str) -> Callable[..., Client]:
    maker = KINDS.get(kind)
    if maker is None:
        unknown = UnknownName(f"unknown kind of client: {kind}", kind, KINDS)
        unknown.hint = unknown.hint or "known: " + ", ".join(KINDS)
        raise unknown
    return maker


def read(value: Any, folder: Path | None = None) -> Client:
    """Read a client as files have it: words, or a mapping of its kind to its options."""
    if isinstance(value, Client):
        return value
    if isinstance(value, str):
        return parse(value, folder)
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ConfigError("a client is one kind with its options", hint="{tls: {sni: x}}")
    ((kind, options),) = value.items()
    if options is None or isinstance(options, Mapping):
        return make(kind, options, folder)
    return make(kind, {first_option(kind): options}, folder)


def _fitting(parameter: inspect.Parameter, name: str, value: Any) -> Any:
    """Give a value the type of the option's default; ConfigError if it cannot have it."""
    default = parameter.default
    if name in ("alpn", "methods") and isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if name == "headers":
        return _headers(value)
    if not isinstance(value, str | int | float):
        raise ConfigError(f"{name} is one value, not {value!r}")
    if isinstance(default, bool):
        return str(value).lower() in ("yes", "true", "1")
    if isinstance(default, int):
        return _whole(name, value)
    return str(value)


def _headers(value: Any) -> dict[str, str]:
    """Read header fields: a mapping, or ``Name: value; Name: value``."""
    if isinstance(value, Mapping):
        return {str(k): str(v) for k, v in value.items()}
    pairs = (pair.partition(":") for pair in str(value).split(";"))
    return {k.strip(): v.strip() for k, _, v in pairs}


def _with_common(client: Client, said: Mapping[str, Any], folder: Path | None) -> Client:
    if "inner" in said:
        inside = read(said["inner"], folder)
        client = replace(client, inner=inside.data, later=(inside.inner, *inside.later))
    if "from" in said:
        client = client.coming_from(str(said["from"]))
    if "proxy_protocol" in said:
        version = _whole("proxy_version", said.get("proxy_version", 2))
        client = proxy_protocol(client, str(said["proxy_protocol"]), version=version)
    if "time" in said:
        client = replace(client, time=parse_time(str(said["time"])))
    if "patience" in said:
        seconds = _number("patience", str(said["patience"]).removesuffix("s"))
        client = replace(client, patience=seconds)
    return client


def _whole(name: str, value: Any) -> int:
    found = _number(name, value)
    if found != int(found):
        raise ConfigError(f"{name}: {value!r} is not a whole number")
    return int(found)


def _number(name: str, value: Any) -> float:
    try:
        found = float(value)
        if not isfinite(found):
            raise ValueError
        return found
    except ValueError:
        raise ConfigError(f"{name}: {value!r} is not a number") from None

"""What filters do to texts: sums, masked addresses, queries, cookies."""

import hashlib
import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def hashed(text: str) -> str:
    """Return the first four bytes of the SHA-256 sum, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def mask_changer(bits4: int, bits6: int) -> Callable[[str], str]:
    """Return what masks the addresses of a list with commas; ports stay, other words too."""

    def masked(word: str) -> str:
        from caddylite.netaddr import join_host_port, split_host_port

        try:
            host, port = split_host_port(word)
        except ValueError:
            host, port = word, ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return word
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        bits, most = (bits4, 32) if address.version == 4 else (bits6, 128)
        if not 0 < bits <= most:
            kept = "<nil>"  # Caddy makes no mask of 0 bits, and Go prints the nothing that is left
        else:
            kept = str(ipaddress.ip_network((address, bits), strict=False).network_address)
        return join_host_port(kept, port) if port else kept

    return lambda text: ", ".join(masked(word.strip()) for word in text.split(","))


def query_changer(actions: Iterable[Any]) -> Callable[[str], str]:
    """Return what changes the parameters of a URI; they come out sorted, as from Go."""
    actions = tuple(actions)

    def change(uri: str) -> str:
        path, mark, query = uri.partition("?")
        query, hash_, fragment = query.partition("#")
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            values.setdefault(name, []).append(value)
        for action in actions:
            found = values.get(action.parameter)
            if found is None:
                continue
            if action.type == "delete":
                del values[action.parameter]
            else:
                values[action.parameter] = [_changed(action, value) for value in found]
        pairs = (f"{quote_plus(k)}={quote_plus(v)}" for k in sorted(values) for v in values[k])
        encoded = "&".join(pairs)
        kept = mark if encoded or not query else ""
        return f"{path}{kept}{encoded}{hash_}{fragment}"

    return change


def _changed(action: Any, value: str) -> str:
    return hashed(value) if action.type == "hash" else action.value


def cookie_changer(actions: Iterable[Any]) -> Callable[[list[str]], list[str]]:
    """Return what changes the cookies of ``Cookie`` fields, and joins the fields into one."""
    actions = tuple(actions)

    def change(fields: list[str]) -> list[str]:
        out = []
        for name, value in (pair for field in fields for pair in _cookies(field)):
            action = _first(actions, name)
            if action is None:
                out.append(f"{name}={value}")
            elif action.type != "delete":
                quoted = len(value) > 1 and value[0] == value[-1] == '"'
                inner = _changed(action, value[1:-1] if quoted else value)
                out.append(f'{name}="{inner}"' if quoted else f"{name}={inner}")
        return ["; ".join(out)] if out else []

    return change


def _cookies(field: str) -> Iterable[tuple[str, str]]:
    for part in field.split(";"):
        name, _, value = part.strip().partition("=")
        if _TOKEN.fullmatch(name):
            yield name, value.strip()


def _first(actions: Iterable[Any], name: str) -> Any:
    return next((action for action in actions if action.cookie == name), None)


def set_cookie_changer(actions: Iterable[Any]) -> Callable[[list[str]], list[str]]:
    """Return what changes the values of ``Set-Cookie`` fields, and leaves their attributes."""
    actions = tuple(actions)

    def changed(field: str) -> str | None:
        pair, semicolon, attributes = field.partition(";")
        name, equals, value = pair.partition("=")
        action = _first(actions, name.strip()) if equals else None
        if action is None:
            return field
        if action.type == "delete":
            return None
        bare = value.strip()
        if len(bare) > 1 and bare[0] == bare[-1] == '"':
            bare = bare[1:-1]
        return f"{name}={_changed(action, bare)}{semicolon}{attributes}"

    return lambda fields: [new for new in map(changed, fields) if new is not None]

"""A whole URL pattern: made from its text and a base, matched with a request's URL."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from caddylite.http.url_pattern import canonical
from caddylite.http.url_pattern.constructor import split
from caddylite.http.url_pattern.parts import Component, Options
from caddylite.http.url_pattern.tokens import Malformed


class Address(NamedTuple):
    """The components of a URL."""

    protocol: str = ""
    username: str = ""
    password: str = ""
    hostname: str = ""
    port: str = ""
    pathname: str = ""
    search: str = ""
    hash: str = ""


class URLPattern:
    """A compiled pattern. ValueError if it, or the base URL, is malformed."""

    def __init__(self, pattern: str, base_url: str = "", ignore_case: bool = False) -> None:
        given = split(pattern)
        if base_url:
            given = _with_base(given, base_url)
        elif "protocol" not in given:
            raise Malformed("relative URL and no baseURL provided")
        texts = {name: given.get(name, "*") for name in canonical.COMPONENTS}
        texts["protocol"] = texts["protocol"].removesuffix(":")
        texts["search"] = texts["search"].removeprefix("?")
        texts["hash"] = texts["hash"].removeprefix("#")
        if canonical.SPECIAL_PORTS.get(texts["protocol"].lower(), "") == texts["port"]:
            texts["port"] = ""
        self._components = _compile(texts, ignore_case)

    def match(self, url: Address) -> dict[str, dict[str, str]] | None:
        """Match a URL; return the groups by component, or None."""
        out: dict[str, dict[str, str]] = {}
        for name, component, text in zip(canonical.COMPONENTS, self._components, url, strict=True):
            groups = component.groups(text)
            if groups is None:
                return None
            out[name] = groups
        return out


def _compile(texts: dict[str, str], ignore_case: bool) -> list[Component]:
    plain, folding = Options(), Options(ignore_case=ignore_case)
    protocol = Component(texts["protocol"], canonical.protocol, plain)
    special = any(protocol.matches(scheme) for scheme in canonical.SPECIAL_PORTS)
    is_ipv6 = re.match(r"\[|[{\\]\[", texts["hostname"]) is not None
    if special:
        path = Component(texts["pathname"], canonical.pathname, Options("/", "/", ignore_case))
    else:
        path = Component(texts["pathname"], canonical.opaque_pathname, folding)
    return [
        protocol,
        Component(texts["username"], canonical.user, plain),
        Component(texts["password"], canonical.user, plain),
        Component(texts["hostname"], canonical.ipv6 if is_ipv6 else canonical.host, Options(".")),
        Component(texts["port"], canonical.port, plain),
        path,
        Component(texts["search"], canonical.search, folding),
        Component(texts["hash"], canonical.fragment, folding),
    ]


def _with_base(given: dict[str, str], base_url: str) -> dict[str, str]:
    """Fill in from the base what stands before the first component given."""
    base = urlsplit(base_url)
    if not base.scheme or not base.hostname:
        raise Malformed(f"not an absolute URL: {base_url!r}")
    scheme = base.scheme.lower()
    default = canonical.SPECIAL_PORTS.get(scheme)
    port = "" if base.port is None or str(base.port) == default else str(base.port)
    path = canonical.pathname(base.path or "/")
    known = {
        "protocol": scheme,
        "hostname": canonical.whole_host(base.netloc.rpartition("@")[2].partition(":")[0]) or "",
        "port": port,
        "pathname": path,
        "search": canonical.search(base.query),
        "hash": canonical.fragment(base.fragment),
    }
    out = dict(given)
    for name, text in known.items():
        if name in given:
            break
        out[name] = _escape(text)
    written = given.get("pathname")
    if written is not None and not written.startswith(("/", "\\/", "{/")):
        out["pathname"] = _escape(path[: path.rindex("/") + 1]) + written
    return out


def _escape(text: str) -> str:
    return re.sub(r"([\\+*?(){}:])", r"\\\1", text)

"""The ``url_pattern`` matcher."""

from typing import TYPE_CHECKING, Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.http.hosts import split_host_port
from caddylite.http.matching import RequestMatcher, Test
from caddylite.http.paths import clean
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request

if TYPE_CHECKING:
    from caddylite.http.url_pattern.pattern import Address


@module("http.matchers.url_pattern")
class UrlPattern(RequestMatcher, frozen=True):
    """Matches the URL with a URLPattern (https://urlpattern.spec.whatwg.org/).

    A pattern without an origin matches on any host. Groups are in the placeholders
    ``{http.url_pattern.COMPONENT.NAME}``.

    Syntax::

        url_pattern <pattern> {
            base_url <url>
            ignore_case
        }
    """

    pattern: str = ""
    base_url: str = ""
    ignore_case: bool = False

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read pattern and options; of several patterns the last counts."""
        pattern = base = ""
        ignore_case = False
        while d.next():
            if not d.next_arg():
                raise d.err("expected exactly one URL pattern")
            pattern = d.val
            for option in d.block():
                if option == "base_url":
                    base = d.arg()
                elif option == "ignore_case":
                    d.no_more_args()
                    ignore_case = True
                else:
                    raise d.err(f"unrecognized url_pattern option '{option}'")
        return cls(pattern, base, ignore_case)

    def prepare(self, cx: Any) -> Test:
        """Compile the pattern; one without an origin gets one that matches all."""
        from caddylite.http.url_pattern.pattern import URLPattern

        pattern = self.pattern
        if not self.base_url and "://" not in pattern:
            pattern = f"*://*:*{pattern}"
        try:
            compiled = URLPattern(pattern, self.base_url, self.ignore_case)
        except ValueError as e:
            raise ConfigError(f"unable to parse URL pattern: {e}") from None
        merge_slashes = "//" not in _path_of(self.pattern)

        def match(request: "Request") -> bool:
            url = request_address(request, merge_slashes)
            found = None if url is None else compiled.match(url)
            if found is None:
                return False
            for component, groups in found.items():
                for name, value in groups.items():
                    request.placeholders[f"http.url_pattern.{component}.{name}"] = value
            return True

        return match


def _path_of(pattern: str) -> str:
    _, mark, behind = pattern.partition("://")
    if not mark:
        return pattern
    _, slash, path = behind.partition("/")
    return slash + path


def request_address(request: "Request", merge_slashes: bool) -> "Address | None":
    """Return a request's URL as a URL parser sees it, cleaned and encoded anew; None if it is bad.

    A path that begins with two slashes names another host, as in any relative URL.
    """
    from urllib.parse import quote

    from caddylite.http.url_pattern import canonical
    from caddylite.http.url_pattern.pattern import Address

    path = quote(clean(request.path, merge_slashes), "/$&+,:;=@", errors="surrogateescape")
    authority = request.host
    if path.startswith("//"):
        authority, slash, rest = path[2:].partition("/")
        path = slash + rest
    scheme = "http" if request.tls is None else "https"
    parts = split_host_port(authority)
    name, port = parts or (authority, "")
    if parts is not None and authority.startswith("["):
        name = f"[{name}]"
    host = canonical.whole_host(name)
    try:
        port = canonical.port(port)
    except ValueError:
        return None
    if host is None:
        return None
    return Address(
        protocol=scheme,
        hostname=host,
        port="" if canonical.SPECIAL_PORTS[scheme] == port else port,
        pathname=canonical.pathname(path or "/"),
        search=canonical.special_search(request.query),
    )

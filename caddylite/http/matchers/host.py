"""The ``host`` matcher."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.http.matching import RequestMatcher, Test, no_block
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.host")
class Host(RequestMatcher, frozen=True):
    """Matches the request's host name, without its port; ``*`` stands for one label.

    Syntax::

        host <names...>
    """

    transparent: ClassVar[bool] = True

    names: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the names; several ``host`` lines of one set are one list."""
        names: list[str] = []
        while d.next():
            names += d.args()
            no_block(d, "host")
        return cls(tuple(names) or None)

    def prepare(self, cx: Any) -> Test:
        """Put plain names into a set; wildcards and placeholders are compared one by one."""
        from caddylite.http.hosts import host_of, to_ascii
        from caddylite.http.replacer import expand

        seen: dict[str, int] = {}
        fuzzy: list[str] = []
        for index, name in enumerate(self.names or ()):
            ascii_name = to_ascii(name)
            lower = ascii_name.lower()
            first = seen.setdefault(lower, index)
            if first != index:
                raise ConfigError(f"host at index {first} is repeated at index {index}: {name}")
            if "{" in name or "*" in name:
                fuzzy.append(ascii_name)
        exact = frozenset(seen).difference(n.lower() for n in fuzzy)
        if not fuzzy:
            return lambda request: host_of(request.host).lower() in exact

        def match(request: "Request") -> bool:
            host = host_of(request.host).lower()
            if host in exact:
                return True
            return any(same_host(expand(request, name).lower(), host) for name in fuzzy)

        return match


def same_host(pattern: str, host: str) -> bool:
    """Compare in lower case; a label ``*`` of the pattern stands for any one label."""
    if "*" not in pattern:
        return pattern == host
    wanted, given = pattern.split("."), host.split(".")
    return len(wanted) == len(given) and all(
        w in ("*", g) for w, g in zip(wanted, given, strict=True)
    )

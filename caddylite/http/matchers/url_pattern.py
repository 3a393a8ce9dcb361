"""The ``url_pattern`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import RequestMatcher, Test
from caddylite.registry import module


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
        """Compile the pattern."""
        from caddylite.errors import ConfigError

        raise ConfigError(f"url_pattern matcher is not supported yet: {self.pattern}")

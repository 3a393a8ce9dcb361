"""The ``path`` matcher."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import RequestMatcher, Test, no_block
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.path")
class Path(RequestMatcher, frozen=True):
    """Matches the request's path: exact, ``*`` at either end or inside; case does not matter.

    Syntax::

        path <patterns...>
    """

    transparent: ClassVar[bool] = True

    patterns: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the patterns; several ``path`` lines of one set are one list."""
        patterns: list[str] = []
        while d.next():
            patterns += d.args()
            no_block(d, "path")
        return cls(tuple(patterns) or None)

    def prepare(self, cx: Any) -> Test:
        """Compile the patterns; those with placeholders are looked up at each request."""
        from caddylite.http.paths import path_test
        from caddylite.http.replacer import expand, has_placeholder

        patterns = [p.lower() for p in self.patterns or ()]
        if "*" in patterns:
            return lambda request: True
        fixed = [path_test(p) for p in patterns if not has_placeholder(p)]
        open_ = [p for p in patterns if has_placeholder(p)]
        if len(fixed) == 1 and not open_:
            only = fixed[0]
            return lambda request: only(request.path, request.raw_path)

        def match(request: "Request") -> bool:
            path, raw = request.path, request.raw_path
            if any(test(path, raw) for test in fixed):
                return True
            return any(path_test(expand(request, p))(path, raw) for p in open_)

        return match

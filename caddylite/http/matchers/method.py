"""The ``method`` matcher."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import RequestMatcher, Test, no_block
from caddylite.registry import module


@module("http.matchers.method")
class Method(RequestMatcher, frozen=True):
    """Matches the request's method; in the config, case does not matter.

    Syntax::

        method <verbs...>
    """

    transparent: ClassVar[bool] = True

    methods: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the methods; several ``method`` lines of one set are one list."""
        methods: list[str] = []
        while d.next():
            methods += d.args()
            no_block(d, "method")
        return cls(tuple(methods) or None)

    def prepare(self, cx: Any) -> Test:
        """Look the method up in a set."""
        methods = frozenset(m.upper() for m in self.methods or ())
        return lambda request: request.method in methods

"""The ``protocol`` matcher."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import RequestMatcher, Test
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.protocol")
class Protocol(RequestMatcher, frozen=True):
    """Matches how the request came: over TLS or not, with which HTTP version, as gRPC.

    Syntax::

        protocol http|https|grpc|http/<1.0|1.1|2|3>[+]

    A ``+`` behind a version means this one and later ones.
    """

    transparent: ClassVar[bool] = True

    protocol: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the name; of several the last counts."""
        protocol = ""
        while d.next():
            if not d.next_arg():
                raise d.err("expected exactly one protocol")
            protocol = d.val
        return cls(protocol)

    def prepare(self, cx: Any) -> Test:
        """Choose the comparison; an unknown name matches nothing."""
        return _TESTS.get(self.protocol, lambda request: False)


def _version(request: "Request") -> tuple[int, int]:
    major, _, minor = request.proto.removeprefix("HTTP/").partition(".")
    return int(major), int(minor or 0)


def _is(wanted: tuple[int, ...]) -> Test:
    return lambda request: _version(request)[: len(wanted)] == wanted


def _at_least(wanted: tuple[int, int]) -> Test:
    return lambda request: _version(request) >= wanted


def _grpc(request: "Request") -> bool:
    return request.headers.get("Content-Type").startswith("application/grpc")


_TESTS: Final[dict[str, Callable[["Request"], bool]]] = {
    "grpc": _grpc,
    "https": lambda request: request.tls is not None,
    "http": lambda request: request.tls is None,
    "http/1.0": _is((1, 0)),
    "http/1.0+": _at_least((1, 0)),
    "http/1.1": _is((1, 1)),
    "http/1.1+": _at_least((1, 1)),
    "http/2": _is((2,)),
    "http/2+": _at_least((2, 0)),
    "http/3": _is((3,)),
    "http/3+": _at_least((3, 0)),
}

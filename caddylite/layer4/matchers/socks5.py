"""The ``socks5`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.layer4.options import only_options, take_numbers
from caddylite.registry import module
from caddylite.values import UInt16

_NONE, _GSSAPI, _PASSWORD = 0, 1, 2


@module("layer4.matchers.socks5")
class Socks5(Matcher, frozen=True):
    """Matches connections that open with a SOCKS5 greeting (RFC 1928, 3).

    All the methods that the client offers must be among ``auth_methods`` (0, 1 and 2 unless said:
    no authentication, GSSAPI, name and password).

    Syntax::

        socks5
        socks5 {
            auth_methods <numbers...>
        }
    """

    auth_methods: tuple[UInt16, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the methods."""
        methods: list[int] = []
        for option in only_options(d, cls.name):
            if option != "auth_methods":
                raise d.arg_err()
            methods += take_numbers(d, 8)
        return cls(tuple(methods))

    def prepare(self, house: Any) -> Match:
        """Put the methods into a set."""
        known = frozenset(self.auth_methods or (_NONE, _GSSAPI, _PASSWORD))

        def match(p: Peek) -> bool:
            if p.byte() != 5:
                return p.no("not SOCKS version 5")
            for _ in range(p.byte()):
                method = p.byte()
                if method not in known:
                    return p.no(f"the client offers authentication method {method}")
            return True

        return match

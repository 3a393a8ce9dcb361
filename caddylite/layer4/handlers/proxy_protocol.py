"""The ``proxy_protocol`` handler."""

from typing import Any, Final, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.decoding_words import Mismatch
from caddylite.errors import ConfigError
from caddylite.layer4.addresses import take_ranges
from caddylite.layer4.handling import Handler
from caddylite.layer4.options import only_options, refuse_twice, take_duration
from caddylite.registry import module
from caddylite.values import Duration

POLICIES: Final = ("IGNORE", "USE", "REJECT", "REQUIRE", "SKIP")


class Policy(str):
    """What to do with PROXY headers; IGNORE, the default, is written as nothing."""

    __slots__ = ()

    @classmethod
    def read(cls, word: str) -> "Policy":
        """Read its name, in any case; ValueError in Caddy's words."""
        if word.upper() not in POLICIES:
            raise ValueError(f"{word} is invalid policy")
        return cls("" if word.upper() == "IGNORE" else word.upper())

    def plain_form(self) -> str:
        """Return the name."""
        return str(self)

    @classmethod
    def from_plain_form(cls, value: Any, path: tuple[str | int, ...]) -> "Policy":
        """Read it from JSON."""
        if value is None:
            return cls()
        if not isinstance(value, str):
            raise Mismatch(value, cls, path)
        try:
            return cls.read(value)
        except ValueError as e:
            raise ConfigError(str(e), path=path) from None


@module("layer4.handlers.proxy_protocol")
class ProxyProtocol(Handler, frozen=True):
    """Takes the client's address from a PROXY header, version 1 or 2, and passes on the rest.

    Peers in ``allow`` are believed (USE), those in ``deny`` rejected when they send a header; the
    fallback is for all others (IGNORE unless said). Headers over Unix sockets are believed.

    Syntax::

        proxy_protocol {
            allow <CIDR ranges or "private_ranges"...>
            deny <CIDR ranges or "private_ranges"...>
            fallback_policy <IGNORE|USE|REJECT|REQUIRE|SKIP>
            timeout <duration>
        }
    """

    timeout: Duration = Duration(0)
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    fallback_policy: Policy = Policy()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the options; ``timeout`` at most once."""
        given: dict[str, Any] = {}
        for option in only_options(d, cls.name):
            if option in ("allow", "deny"):
                given[option] = (*given.get(option, ()), *take_ranges(d))
            elif option == "fallback_policy":
                word = d.arg()
                try:
                    given[option] = Policy.read(word)
                except ValueError as e:
                    raise d.err(str(e)) from None
            elif option == "timeout":
                refuse_twice(d, cls.name, option, given)
                given[option] = take_duration(d, cls.name, option)
            else:
                raise d.arg_err()
        return cls(**given)

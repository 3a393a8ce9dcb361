"""The ``sni_regexp`` handshake matcher."""

from typing import Annotated, Any, Self

from msgspec import field

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError, InvalidConfiguration
from caddylite.node import ALWAYS
from caddylite.placeholders import replace_all
from caddylite.registry import module
from caddylite.tls.handshake import ClientFacts, HandshakeTest, Peer, global_names
from caddylite.tls.kinds import HandshakeMatcher


@module("tls.handshake_match.sni_regexp")
class SNIRegexp(HandshakeMatcher, frozen=True):
    """Matches the server name, as sent, against a regular expression (Go's syntax).

    Captures become ``{tls.regexp.<group>}`` and ``{tls.regexp.<name>.<group>}``.

    Syntax::

        sni_regexp [<name>] <pattern>
    """

    name_: str = field(default="", name="name")
    pattern: Annotated[str, ALWAYS] = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read name and pattern."""
        name = pattern = ""
        while d.next():
            if pattern:
                raise d.err("regular expression can only be used once per named matcher")
            words = d.args()
            if len(words) not in (1, 2):
                raise d.arg_err()
            pattern = words[-1]
            if len(words) == 2:
                name = words[0]
            if d.next_block():
                raise d.err("malformed regexp matcher: blocks are not supported")
        return cls(name, pattern)

    def prepare(self, house: Any) -> HandshakeTest:
        """Compile the expression; its placeholders are the global ones."""
        from caddylite import regexps

        if self.name_ and not regexps.is_word_like(self.name_):
            raise InvalidConfiguration(
                f"invalid regexp name (must contain only word characters): {self.name_}"
            )
        try:
            expression = regexps.compile(replace_all(self.pattern, global_names(house)))
        except ValueError as e:
            raise ConfigError(f"compiling matcher regexp {self.pattern}: {e}") from None

        def match(hello: ClientFacts, peer: Peer) -> bool:
            name, into = hello.server_name, peer.placeholders
            return expression.capture(name, into, "tls.regexp.", self.name_)

        return match

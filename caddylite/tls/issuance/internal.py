"""The issuer that is us: a CA of the PKI app."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, exact_text, flag, read_block
from caddylite.errors import ConfigError
from caddylite.registry import module
from caddylite.tls.kinds import Issuer
from caddylite.values import Duration


@module("tls.issuance.internal")
class InternalIssuer(Issuer, frozen=True):
    """Signs with a CA of the PKI app (``local`` when none is named).

    Syntax::

        issuer internal {
            ca       <name>
            lifetime <duration>
            sign_with_root
        }
    """

    ca: str = ""
    lifetime: Duration = Duration(0)
    sign_with_root: bool = False

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        return cls(**read_block(d, _SYNTAX, "unrecognized subdirective '{}'"))


def _lifetime(d: Dispenser, out: Fields) -> None:
    try:
        out["lifetime"] = Duration.parse(d.arg())
    except ValueError as e:
        raise ConfigError(str(e), d.at).as_is() from None  # Caddy does not say where


_SYNTAX = {
    "ca": exact_text("ca"),
    "lifetime": _lifetime,
    "sign_with_root": flag("sign_with_root"),
}

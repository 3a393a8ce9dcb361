"""The ``winbox`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.layer4.matching import Match, Matcher, NeedMore, Peek, expand_early
from caddylite.layer4.options import only_options
from caddylite.registry import module

_MODES = ("standard", "romon")


@module("layer4.matchers.winbox")
class Winbox(Matcher, frozen=True):
    """Matches connections of MikroTik's Winbox, by its first authentication message.

    It sets ``{l4.winbox.username}``. Where JSON has both, ``username`` goes before
    ``username_regexp``.

    Syntax::

        winbox
        winbox {
            modes <standard|romon...>
            username <name>
            username_regexp <pattern>
        }
    """

    modes: tuple[str, ...] = ()
    username: str = ""
    username_regexp: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the options; each at most once, and one of the user names."""
        given: dict[str, Any] = {}
        for option in only_options(d, cls.name):
            subject = option.removesuffix("_regexp")
            if option not in ("modes", "username", "username_regexp"):
                raise d.arg_err()
            if any(name.startswith(subject) for name in given):
                raise d.err(f"duplicate {cls.name} option '{option}'")
            if not 1 <= d.count_args() <= (2 if option == "modes" else 1):
                raise d.arg_err()
            given[option] = tuple(d.args()) if option == "modes" else d.arg()
        return cls(**given)

    def prepare(self, house: Any) -> Match:
        """Compile the expression and resolve the modes."""
        from caddylite import regexps
        from caddylite.wire import winbox

        try:
            pattern = regexps.compile(expand_early(self.username_regexp, house))
        except ValueError as e:
            raise ConfigError(str(e)) from None
        modes = {expand_early(mode, house).lower() for mode in self.modes} or set(_MODES)
        if not modes.issubset(_MODES):
            raise ConfigError("invalid mode")

        def match(p: Peek) -> bool:
            found = winbox.read(p.data)
            if found is None:
                raise NeedMore
            if isinstance(found, winbox.NotWinbox):
                return p.no(found.why)
            if ("romon" if found.romon else "standard") not in modes:
                return p.no("another Winbox mode")
            wanted = p.cx.expand(self.username)
            if wanted:
                fits = wanted == found.user
            else:
                fits = not self.username_regexp or pattern.matches(found.user)
            if not fits:
                return p.no(f"another Winbox user: {found.user}")
            p.cx.placeholders["l4.winbox.username"] = found.user
            return True

        return match

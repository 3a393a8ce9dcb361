"""What a directive sees while it is read: its words, the options, the named matchers.

A directive is a file of its name in ``adapt/directives`` that defines one of

* ``def handler(h: Helper) -> Handler``: for a directive that is one HTTP handler behind an
  optional matcher token (the token has been taken out; the cursor stands before the name);
* ``def parse(h: Helper) -> list[ConfigValue]``: for everything else (cursor before the name).
"""

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec

from caddylite.adapt.warnings import Warning_
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError
from caddylite.http.handling import Handler
from caddylite.http.route import MatcherSet, Route
from caddylite.notices import notice

if TYPE_CHECKING:
    from caddylite.http.handlers.subroute import Subroute


class ConfigValue(msgspec.Struct, eq=False):
    """One thing a directive contributes.

    ``kind`` is Caddy's class name for it: ``route`` (value: Route, or a Subroute whose routes
    stay together in their order), ``error_route`` (Subroute), ``bind`` (Bind), ``custom_log``
    (CustomLog), ``pki.ca`` (a pair: ID, CA), ``tls.connection_policy``, ``tls.cert_issuer``,
    ``tls.cert_manager``, ``tls.cert_loader``, ``tls.on_demand`` …, ``listener_wrapper``.
    ``directive`` is filled in by whoever called the directive.
    """

    kind: str
    value: Any
    directive: str = ""


class Surroundings(msgspec.Struct, eq=False):
    """What all the directives of one run of the adapter share."""

    options: dict[str, Any] = {}
    state: dict[str, Any] = {}
    warnings: list[Warning_] = []
    groups: int = 0
    invoked: dict[str, None] = {}

    def next_group(self) -> str:
        """Return a new name for a group of mutually exclusive routes."""
        name = f"group{self.groups}"
        self.groups += 1
        return name


class Helper(Dispenser):
    """A Dispenser over one directive's segment, with what surrounds it."""

    __slots__ = ("around", "block_state", "matchers", "site")

    def __init__(
        self,
        tokens: list[Token],
        around: Surroundings,
        matchers: dict[str, MatcherSet] | None = None,
        block_state: dict[str, Any] | None = None,
        site: list[list[Token]] | None = None,
    ) -> None:
        super().__init__(tokens)
        self.around = around
        #: Named matchers in scope, "@name" -> set.
        self.matchers: dict[str, MatcherSet] = {} if matchers is None else matchers
        #: Notes shared by the directives of this block and seen by the blocks inside it.
        self.block_state: dict[str, Any] = {} if block_state is None else block_state
        self.site: list[list[Token]] = [] if site is None else site

    @property
    def options(self) -> dict[str, Any]:
        """The global options, by name."""
        return self.around.options

    @property
    def state(self) -> dict[str, Any]:
        """Notes shared by all the directives of the file."""
        return self.around.state

    # --- matchers

    def matcher_token(self) -> MatcherSet | None:
        """Read the next argument as a matcher token (``*``, ``/path``, ``@name``), if any."""
        return self._read_matcher()[0]

    def take_matcher_set(self) -> MatcherSet | None:
        """Like matcher_token, but take the token out and start again from the beginning."""
        matchers, found = self._read_matcher()
        if found:
            self.tokens = [*self.tokens[: self.cursor], *self.tokens[self.cursor + 1 :]]
        self.reset()
        return matchers

    def _read_matcher(self) -> tuple[MatcherSet | None, bool]:
        if not self.next_arg():
            return None, False
        word = self.val
        if word == "*":
            return None, True
        if word.startswith("/"):
            from caddylite.http.matchers.path import Path

            return {"path": Path((word,))}, True
        if word.startswith("@"):
            if word not in self.matchers:
                raise ConfigError(f"unrecognized matcher name: {word}", self.at).as_is()
            return self.matchers[word], True
        return None, False

    # --- routes

    def route(self, matchers: MatcherSet | None, handler: Handler) -> list[ConfigValue]:
        """Make the one route that runs a handler behind a matcher set."""
        sets = () if matchers is None else (matchers,)
        return [ConfigValue("route", Route(match=sets, handle=(handler,)))]

    def group(self, values: list[ConfigValue]) -> None:
        """Make the routes among these mutually exclusive (in place), if there are at least two."""
        routes = [v for v in values if isinstance(v.value, Route)]
        if len(routes) > 1:
            name = self.around.next_group()
            for v in routes:
                v.value = msgspec.structs.replace(v.value, group=name)

    # --- blocks of directives

    def over(self, d: Dispenser) -> "Helper":
        """Return a Helper over other tokens, with the same surroundings."""
        return self.within(d.tokens, self.matchers, self.block_state)

    def within(
        self, tokens: Any, matchers: dict[str, MatcherSet], block_state: dict[str, Any]
    ) -> "Helper":
        """Return a Helper over tokens in another scope of the same site."""
        return Helper(tokens, self.around, matchers, block_state, self.site)

    def segment_values(self) -> list[ConfigValue]:
        """Read this segment's block as directives and return what they contribute, unsorted."""
        from caddylite.adapt.blocks import values_of_block

        return values_of_block(self)

    def subroute(self) -> "Subroute":
        """Read this segment's block as directives and return them as one subroute handler."""
        from caddylite.adapt.routes import build_subroute

        return build_subroute(self.segment_values(), self.around)

    # --- the rest

    def invoke(self, name: str) -> None:
        """Note that the named route is used by this site."""
        self.around.invoked[name] = None

    def files(self) -> list[str]:
        """Return the names of the files that this site's words come from, sorted."""
        return sorted({token.file for segment in self.site for token in segment})

    def deprecated(self, instead: str) -> None:
        """Note that the directive's name (the current token) is an old one."""
        text = f"the '{self.val}' directive is deprecated, please use '{instead}' instead!"
        notice(text, "config.adapter.caddyfile")

    def printable(self, values: Iterable[Any]) -> bool:
        """Can JSON hold these? If not, note it: Caddy warns, and leaves ``null`` in the place.

        Words like ``nan`` and ``inf`` are numbers where a number is looked for.
        """
        for value in values:
            if isinstance(value, float) and not isfinite(value):
                name = "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
                self.around.warnings.append(Warning_(f"json: unsupported value: {name}"))
                return False
        return True

    def warn(self, message: str) -> None:
        """Note a warning about the current token."""
        token = self.token
        self.around.warnings.append(Warning_(message, token.file, token.line))

"""Everything that can be wrong with a config, said the way Caddy says it."""

from collections.abc import Iterable
from typing import Self

import msgspec


class Span(msgspec.Struct, frozen=True):
    """Where in which file a token stands; lines and columns count from 1, as editors do.

    ``column`` is 0 where it is not known. ``imports`` is Caddy's import chain, outermost first.
    """

    file: str
    line: int
    column: int = 0
    imports: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class ConfigError(Exception):
    """The config cannot be used as written.

    ``str()`` is what Caddy prints after ``Error: adapting config using caddyfile: ``; the hint is
    ours and is only shown by the command line. ``path`` is the place in a JSON config
    (``("apps", "http", "servers", "srv0")``) where there is no Span yet.
    """

    def __init__(
        self,
        message: str,
        at: Span | None = None,
        hint: str | None = None,
        path: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message, self.at, self.hint, self.path = message, at, hint, path

    def __str__(self) -> str:
        if self.at is None:
            return self.message
        where = f"{self.message}, at {self.at}"
        if self.at.imports:
            chain = "','".join(self.at.imports)
            where += f" import chain ['{chain}']"
        return where

    def wrap(self, prefix: str, suffix: str = "") -> "ConfigError":
        """Return the same complaint with words around it, as Go's ``fmt.Errorf("…: %w")`` does.

        The message is finished (it says where already); the Span is kept for showing the source.
        """
        return _Finished(f"{prefix}{self}{suffix}", self.at, self.hint, self.path)

    def named(self, name: str, module_id: str) -> "ConfigError":
        """Return the complaint with the words about the module it is about, one of a map."""
        return self.wrap(f"module name '{name}': provision {module_id}: ")

    def of_app(self, name: str) -> "ConfigError":
        """Return the complaint with the words about the app it is about."""
        return self.wrap(f"loading {name} app module: provision {name}: ")

    def as_is(self) -> "ConfigError":
        """Return it with the message finished: nothing is added about the place."""
        return _Finished(self.message, self.at, self.hint, self.path)

    def located(self, path: tuple[str | int, ...]) -> Self:
        """Say where in a JSON document this is."""
        self.path = path
        return self


class _Finished(ConfigError):
    """A complaint whose message already says where; the Span is kept for the caret."""

    def __str__(self) -> str:
        return self.message


class InvalidConfiguration(ConfigError):
    """A module can be provisioned but says itself that its config is wrong (``Validate``)."""

    def named(self, name: str, module_id: str) -> ConfigError:
        """Name the module in Caddy's words for this case."""
        return self.wrap(f"module name '{name}': {module_id}: invalid configuration: ")

    def of_app(self, name: str) -> ConfigError:
        """Name the app in Caddy's words for this case."""
        return self.wrap(f"loading {name} app module: {name}: invalid configuration: ")


class UnknownName(ConfigError):
    """No such module, directive or option; the hint names the nearest one there is."""

    def __init__(
        self, message: str, name: str, known: Iterable[str], at: Span | None = None
    ) -> None:
        from difflib import get_close_matches

        near = get_close_matches(name, list(known), n=1)
        super().__init__(message, at, f"did you mean '{near[0]}'?" if near else None)

"""The compiler as one function for each language: text in, IR out."""

from typing import TYPE_CHECKING

from caddylite.errors import ConfigError

if TYPE_CHECKING:
    from caddylite.adapt.warnings import Warning_
    from caddylite.caddy.config import Config


def from_caddyfile(text: str, file: str = "Caddyfile") -> "tuple[Config, list[Warning_]]":
    """Compile a Caddyfile. ConfigError, in Caddy's words, if it cannot be used."""
    from caddylite.adapt.caddyfile import adapt

    return adapt(text, file)


def from_json(text: str, file: str = "config.json") -> "Config":
    """Compile Caddy JSON. ConfigError, with line, column and path, if it cannot be used."""
    from caddylite import jsontext
    from caddylite.caddy.config import Config
    from caddylite.codec import from_plain

    value = jsontext.load(text, file)
    try:
        return from_plain(Config, value)
    except ConfigError as e:
        raise jsontext.place(e, text, file) from None

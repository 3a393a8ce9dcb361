"""The compiler as one function for each language: text in, IR out."""

from typing import TYPE_CHECKING

from caddylite.errors import ConfigError

if TYPE_CHECKING:
    from caddylite.adapt.warnings import Warning_
    from caddylite.caddy.config import Config


def from_caddyfile(text: str, file: str = "Caddyfile") -> "tuple[Config, list[Warning_]]":
    """Compile a Caddyfile. ConfigError, in Caddy's words, if it cannot be used."""
    from caddylite.adapt.caddyfile import adapt

    try:
        return adapt(text, file)
    except ConfigError as e:
        from caddylite.adapt.remedies import remedy

        e.hint = remedy(e, text)
        raise


def from_json(text: str, file: str = "config.json") -> "Config":
    """Compile Caddy JSON. ConfigError, with line, column and path, if it cannot be used.

    The words are those of ``caddy validate``; ``@id`` fields are taken out as it does.
    """
    from caddylite import jsontext
    from caddylite.caddy.config import Config
    from caddylite.codec import from_plain
    from caddylite.decoding_words import Nested

    if not text:
        raise ConfigError("decoding config: EOF", hint="the config is empty")
    try:
        value = jsontext.load(text, file)
    except ConfigError as e:
        raise e.wrap("config is not valid JSON: ", _NOT_JSON) from None
    try:
        if '"@id"' in text:
            text = jsontext.without_ids(text)
            value = jsontext.load(text, file)
        return from_plain(Config, value)
    except Nested as e:
        raise jsontext.place(e, text, file) from None
    except ConfigError as e:
        raise jsontext.place(e, text, file).wrap("decoding config: ") from None


_NOT_JSON = "; did you mean to use a config adapter (the --adapter flag)?"

"""What is fuzzed: each takes any text and may only return, or raise ConfigError."""

from caddylite import gojson
from caddylite.adapt.compile import from_caddyfile, from_json
from caddylite.caddyfile.formatter import format_text
from caddylite.codec import to_plain
from caddylite.errors import ConfigError


def _say(error: ConfigError) -> None:
    if not str(error):
        raise AssertionError("nothing is said")


def caddyfile(text: str) -> None:
    """Compile and write; every complaint can be said, and what is written can be read."""
    try:
        config, _ = from_caddyfile(text)
    except ConfigError as e:
        _say(e)
        return
    written = gojson.dumps(to_plain(config), pretty=True)
    try:
        again = from_json(written)
    except ConfigError as e:
        # modules that are null are what Caddy writes and does not read
        if "null" in written and ("cannot be null" in str(e) or "in map[]" in str(e)):
            return
        raise AssertionError(f"its own output is refused: {e}\n{text}") from e
    assert gojson.dumps(to_plain(again), pretty=True) == written


def json(text: str) -> None:
    """Read and write; what is written is read as the same."""
    try:
        config = from_json(text)
    except ConfigError as e:
        _say(e)
        return
    written = gojson.dumps(to_plain(config))
    assert gojson.dumps(to_plain(from_json(written))) == written


def formatter(text: str) -> None:
    """Format; formatting again changes nothing more than the formatter of Caddy would."""
    format_text(text)


TARGETS = {"caddyfile": caddyfile, "json": json, "formatter": formatter}

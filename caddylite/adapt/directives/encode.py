"""The ``encode`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.caddyfile.modules import load_module
from caddylite.errors import ConfigError
from caddylite.gonumbers import atoi
from caddylite.http.encoding import Encoder
from caddylite.http.handlers.encode import Encode
from caddylite.http.response_matcher import ResponseMatcher, parse_named
from caddylite.registry import lookup


def handler(h: Helper) -> Encode:
    """Compress responses.

    Syntax::

        encode [<matcher>] [<formats...>] {
            gzip [<level>]
            zstd [<level>] {
                level <level>
                disable_checksum
            }
            minimum_length <length>
            match {
                status <codes...>
                header <field> [<value>]
            }
        }

    Without any format it is ``zstd gzip``.
    """
    h.next()
    on_line = h.args()
    encodings: dict[str, Encoder] = {}
    prefer: list[str] = []
    matchers: dict[str, ResponseMatcher] = {}
    minimum_length = 0
    for option in h.block():
        if option == "minimum_length":
            minimum_length = _length(h)
        elif option == "match":
            parse_named(h.sub(), matchers)
        else:
            encodings[option] = load_module(h, Encoder)
            prefer.append(option)
    if not prefer and not on_line:
        on_line = ["zstd", "gzip"]
    for name in on_line:
        encodings[name] = _default(h, name)
        prefer.append(name)
    return Encode(encodings, tuple(prefer), minimum_length, matchers.get("match"))


def _length(h: Helper) -> int:
    word = h.arg()
    try:
        return atoi(word)
    except ValueError as e:
        raise ConfigError(str(e), h.at).as_is() from None  # Caddy does not say where


def _default(h: Helper, name: str) -> Encoder:
    cls = lookup(f"http.encoders.{name}")
    if cls is None or not issubclass(cls, Encoder):
        # Caddy prints the module it has not found, which has no name.
        raise h.err(f"finding encoder module '': module not registered: http.encoders.{name}")
    return cls()

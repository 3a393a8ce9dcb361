"""What the encoders that stand around another one have in common."""

from math import isfinite

from caddylite.caddy.kinds import LogEncoder
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, Reader


def read_wrap(d: Dispenser, out: Fields) -> None:
    """Read ``wrap <encoder> ...``."""
    d.arg()
    encoder = load_module(d, LogEncoder)
    # One that cannot be printed is lost without a word, as in Caddy.
    out["wrap"] = None if unprintable(encoder) else encoder


def unprintable(encoder: LogEncoder) -> str:
    """Return Go's word for a number in the encoder's fields that JSON has not got, if any."""
    for value in getattr(encoder, "fields", {}).values():
        if isinstance(value, float) and not isfinite(value):
            return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
    return ""


def read_fields(d: Dispenser, read_field: Reader) -> Fields:
    """Read a block of ``wrap`` and fields, which may stand in a block ``fields`` of their own."""
    out: Fields = {}
    for name in d.block():
        if name == "wrap":
            read_wrap(d, out)
        elif name == "fields":
            for _ in d.block():
                read_field(d, out)
        else:
            read_field(d, out)
    return out

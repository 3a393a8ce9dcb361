"""Values written as text the way Go writes them, where Caddy's users see that."""

import re
from datetime import datetime
from typing import Any


def to_string(value: Any) -> str:
    """Write a placeholder's value as Caddy does (its ToString).

    Bytes are decoded as UTF-8 with surrogate escapes, so that encoding them the same way gives
    the same bytes back.
    """
    if type(value) is str:
        return value
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, list | tuple | dict):
        return go_value(value)
    return str(value)


def _float(value: float) -> str:
    """The shortest decimal without an exponent that reads back as the same number."""
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}[text]
    if "e" in text:
        from decimal import Decimal

        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def _time(moment: datetime) -> str:
    """``2006-01-02 15:04:05.999999 +0100 CET``: fractions without their trailing zeros."""
    fraction = f".{moment.microsecond:06}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} {moment:%z %Z}".rstrip()


def go_value(value: Any) -> str:
    """Write a value that was read from JSON as Go's ``%v`` does; all its numbers are float64."""
    if value is None:
        return "<nil>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _shortest(float(value))
    if isinstance(value, list | tuple):
        return f"[{' '.join(map(go_value, value))}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{k}:{go_value(value[k])}' for k in sorted(value))}]"
    return to_string(value)


def _shortest(value: float) -> str:
    """The fewest digits; with an exponent (of two digits) below 1e-4 and from 1e6 on (``%g``)."""
    if not value or 1e-4 <= abs(value) < 1e6:
        return _float(value)
    from decimal import Decimal

    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    first, *rest = map(str, digits)
    power = int(exponent) + len(rest)
    return f"{'-' * sign}{first}{'.' * bool(rest)}{''.join(rest)}e{power:+03}"


_BASE64 = re.compile(rb"[A-Za-z0-9+/=]*")


def decode_base64(text: str) -> bytes:
    """Decode; ValueError in Go's words, with the place of what does not belong there."""
    from base64 import b64decode

    data = text.encode()
    try:
        return b64decode(data, validate=True)
    except ValueError:
        known = _BASE64.match(data)
        at = known.end() if known else 0
        if at == len(data):
            at -= at % 4
        raise ValueError(f"illegal base64 data at input byte {at}") from None

"""Values written as text the way Go writes them, where Caddy's users see that."""

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
    if isinstance(value, list | tuple):
        return f"[{' '.join(map(to_string, value))}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{to_string(k)}:{to_string(value[k])}' for k in sorted(value))}]"
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

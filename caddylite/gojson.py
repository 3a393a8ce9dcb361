r"""JSON text as Go's ``encoding/json`` writes it, byte for byte.

What differs from Python's own: no space after ``,`` and ``:``; ``<``, ``>``, ``&``, U+2028 and
U+2029 are escaped; everything else outside ASCII is written as it is, but what UTF-8 cannot hold
becomes ``\ufffd``; numbers with a fraction have the fewest digits, an exponent only from 1e21 on
and below 1e-6, and no ``.0``. ``pretty`` indents with tabs as ``json.Indent`` does.

Values are plain Python ones: dict (keys in the order given), list, tuple, str, bool, None, int,
float. Go has no JSON for NaN and the infinities: ValueError.
"""

import json
import re
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

_plain = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_FRACTIONS = re.compile(r"(?:^|[:,\[])-?(?:[0-9]+[.e]|Infinity|NaN)|^NaN")
_ESCAPED = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})
_RARE = re.compile("[<>&\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_MARGIN = re.compile("^ +", re.MULTILINE)
_EXPONENT = re.compile(r"e([+-]?)0*")


def dumps(value: Any, pretty: bool = False) -> str:
    """Return the JSON text of a value, without a line break at the end."""
    text = _plain(value)
    if _FRACTIONS.search(text):  # or something in a string that looks like one
        text = _with_fractions(value)
    # None of these is among JSON's own signs, so all of them stand in strings.
    if not text.isascii():
        text = _SURROGATES.sub(r"\\ufffd", text)
    if _RARE.search(text):
        text = text.translate(_ESCAPED)
    return indent(text) if pretty else text


def indent(text: str) -> str:
    """Return JSON text indented with tabs (``json.Indent``); numbers and strings stay as written.

    Raises ValueError for what is not JSON.
    """
    from msgspec import json as quick

    return _MARGIN.sub(lambda margin: "\t" * len(margin[0]), quick.format(text, indent=1))


def _with_fractions(value: Any) -> str:
    """Encode a value that may hold floats; slower, for C does not let us say how."""
    if isinstance(value, dict):
        items = (f"{_plain(str(k))}:{_with_fractions(v)}" for k, v in value.items())
        return "{" + ",".join(items) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_with_fractions, value)) + "]"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, str):
        return encode_basestring(value)
    return _plain(value)


def float_text(value: float) -> str:
    """Return a number as Go prints a float64 in JSON."""
    if not isfinite(value):
        name = "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
        raise ValueError(f"json: unsupported value: {name}")
    text = repr(value)
    if value and not 1e-6 <= abs(value) < 1e21:
        return _EXPONENT.sub(r"e\1", text)
    mantissa, _, power = text.partition("e")
    if power:
        mantissa = _positional(mantissa, int(power))
    return mantissa.removesuffix(".0")


def _positional(mantissa: str, power: int) -> str:
    """Write ``mantissa·10^power`` without an exponent; Python uses one sooner than Go."""
    sign = "-" if mantissa[0] == "-" else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    if power < 0:
        return f"{sign}0.{whole.rjust(-power, '0')}{fraction}"
    return sign + whole + fraction.ljust(power, "0")

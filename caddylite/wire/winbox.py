"""The first message of a MikroTik Winbox client.

Source: github.com/MarginResearch/mikrotik_authentication.

It comes in chunks of at most 255 bytes, each behind its length and a type; put together they are
the user's name, a zero byte, a public key of 32 bytes and its parity (0 or 1).
"""

import re
from dataclasses import dataclass
from typing import Final

_FIRST, _NEXT = 0x06, 0xFF
_FULL = 255
_AFTER_NAME = 1 + 32 + 1
_LONGEST = _FULL + _AFTER_NAME
_NAME: Final = re.compile(rb"[0-9A-Za-z](?:[-#.0-9@A-Z_a-z]+[0-9A-Za-z])?")
_ROMON = b"+r"


@dataclass(frozen=True, slots=True)
class Auth:
    """Who logs in, and whether to a router behind this one (RoMON)."""

    user: str
    romon: bool


@dataclass(frozen=True, slots=True)
class NotWinbox:
    """No Winbox client opens like this."""

    why: str


def read(data: bytes) -> Auth | NotWinbox | None:
    """Read the message at the beginning of a stream; None if more of it must come."""
    body, at, kind = b"", 0, _FIRST
    while True:
        if at < len(data) and data[at] < (1 + _AFTER_NAME if not at else 1):
            return NotWinbox("no Winbox message has this length")
        if at + 1 < len(data) and data[at + 1] != kind:
            return NotWinbox("no Winbox message is of this type")
        if at + 2 > len(data):
            return None
        size = data[at]
        if len(body) + size > _LONGEST:
            return NotWinbox("too long for a Winbox message")
        if at + 2 + size > len(data):
            return None
        body += data[at + 2 : at + 2 + size]
        if size < _FULL:
            return _auth(body)
        at, kind = at + 2 + size, _NEXT


def _auth(body: bytes) -> Auth | NotWinbox:
    name, zero, rest = body.partition(b"\0")
    romon = name.endswith(_ROMON)
    user = name.removesuffix(_ROMON)
    if not zero or len(rest) != 33 or rest[32] > 1 or not _NAME.fullmatch(user):
        return NotWinbox("malformed Winbox authentication")
    return Auth(user.decode(), romon)

"""The first message of a PostgreSQL client (PostgreSQL docs, "Message Formats")."""

from dataclasses import dataclass, field
from typing import Final

_CODES: Final = {80877103: ("ssl", 8), 80877102: ("cancel", 16)}
_LONGEST: Final = 16 * 1024 + 4


@dataclass(frozen=True, slots=True)
class First:
    """The message so far.

    ``kind`` is ``ssl``, ``cancel`` or ``startup``, None while that is not known; ``parameters``
    are a startup message's.
    """

    kind: str | None
    complete: bool = False
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotPostgres:
    """No PostgreSQL client opens like this."""

    why: str


def read(data: bytes) -> First | NotPostgres:
    """Read the beginning of a stream."""
    if data[:2].strip(b"\0"):
        return NotPostgres("no PostgreSQL message has this length")
    if len(data) < 4:
        return First(None)
    size = int.from_bytes(data[:4], "big")
    if not 8 <= size <= _LONGEST:
        return NotPostgres("no PostgreSQL message has this length")
    if len(data) < 8:
        return First(None)
    code = int.from_bytes(data[4:8], "big")
    if code in _CODES:
        kind, wanted = _CODES[code]
        if size != wanted:
            return NotPostgres(f"no PostgreSQL {kind} request has this length")
        return First(kind, len(data) >= size)
    if code >> 16 != 3:
        return NotPostgres("no PostgreSQL request, nor protocol version 3")
    if len(data) < size:
        return First("startup")
    parameters = _parameters(data[8:size])
    if parameters is None:
        return NotPostgres("malformed PostgreSQL startup parameters")
    return First("startup", True, parameters)


def _parameters(body: bytes) -> dict[str, str] | None:
    """Read names and values, each ended by a zero byte, with one more zero at the end."""
    words = body.split(b"\0")
    if len(words) < 2 or words[-1] or words[-2] or len(words) % 2:
        return None
    texts = [word.decode("utf-8", "surrogateescape") for word in words[:-2]]
    names = texts[::2]
    return dict(zip(names, texts[1::2], strict=True)) if all(names) else None

"""Handshakes that are turned down before OpenSSL sees them (RFC 8446, 6)."""

from dataclasses import dataclass
from typing import Final

CLOSE_NOTIFY: Final = 0
HANDSHAKE_FAILURE: Final = 40
DECODE_ERROR: Final = 50
INTERNAL_ERROR: Final = 80
UNRECOGNIZED_NAME: Final = 112
NO_APPLICATION_PROTOCOL: Final = 120

_FATAL, _ALERT = 2, 21


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a handshake does not take place, and the alert that the client gets."""

    alert: int
    why: str

    @property
    def record(self) -> bytes:
        """The alert as a record; there are no keys yet, so it is not encrypted."""
        return bytes((_ALERT, 3, 3, 0, 2, _FATAL, self.alert))

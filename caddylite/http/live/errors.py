"""What ends a request early: an error with a status, or the end of its connection."""

from dataclasses import dataclass
from random import Random


class HandlerError(Exception):
    """A handler could not answer: the error routes run, else ``status`` is sent with no body.

    ``cause`` is what the log and ``{http.error.message}`` say; it may be empty.
    ``id`` names this occurrence in the log.
    """

    _letters = "abcdefghijkmnpqrstuvwxyz0123456789"

    def __init__(self, status: int, cause: str = "", trace: str = "") -> None:
        super().__init__(cause)
        self.status, self.cause, self.trace = status, cause, trace
        self.id = ""

    def identify(self, random: Random) -> None:
        """Give it its ID, once."""
        if not self.id:
            self.id = "".join(random.choices(self._letters, k=9))

    def __str__(self) -> str:
        parts = (f"{{id={self.id}}}" if self.id else "") + (f" {self.trace}" if self.trace else "")
        parts += f": HTTP {self.status}" if self.status else ""
        return (parts + (f": {self.cause}" if self.cause else "")).strip()


class Aborted(Exception):
    """Close the connection at once, whatever has been sent."""


class Disconnected(Exception):
    """The client has gone; there is nobody to answer."""


class BadBody(Exception):
    """The request's body is not what its head promised."""


@dataclass(frozen=True, slots=True)
class Original:
    """What the request was before any handler changed it."""

    method: str
    uri: str
    path: str
    raw_path: str
    query: str
    host: str

"""The ``encode`` handler."""

from caddylite.http.encoding import Encoder
from caddylite.http.handling import Handler
from caddylite.http.response_matcher import ResponseMatcher
from caddylite.registry import module


@module("http.handlers.encode")
class Encode(Handler, frozen=True):
    """Encodes the responses that match; ``prefer`` decides where the client does not."""

    encodings: dict[str, Encoder] = {}
    prefer: tuple[str, ...] = ()
    minimum_length: int = 0
    match: ResponseMatcher | None = None

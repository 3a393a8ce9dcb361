"""What can go wrong with a CA: each is one of these, with what to tell people."""

from typing import Final

import msgspec

_NAMESPACE: Final = "urn:ietf:params:acme:error:"
#: The most characters of a CA's own words that are passed on.
_MOST_WORDS: Final = 1000


class ACMEError(Exception):
    """A certificate cannot be had now.

    ``retry_after``: the seconds the CA wants to be left alone for (0: it did not say).
    """

    retry_after: float = 0.0


class Unreachable(ACMEError):
    """There was no answer: no connection, no TLS, nothing in time, or half of it."""


class Identifier(msgspec.Struct, frozen=True):
    """A name (``dns``) or an address (``ip``, RFC 8738)."""

    type: str = "dns"
    value: str = ""


class Document(msgspec.Struct, frozen=True):
    """A problem as a CA describes it (RFC 7807; RFC 8555, 6.7)."""

    type: str = "about:blank"
    title: str = ""
    status: int = 0
    detail: str = ""
    instance: str = ""
    subproblems: tuple["Document", ...] = ()
    identifier: Identifier | None = None


class Problem(ACMEError):
    """A CA says what is wrong."""

    def __init__(self, document: Document, retry_after: float = 0.0) -> None:
        self.document, self.retry_after = document, retry_after
        super().__init__(_words(document))

    @property
    def kind(self) -> str:
        """The last part of its type: ``badNonce``, ``rateLimited`` …; "" for other types."""
        kind = self.document.type
        return kind.removeprefix(_NAMESPACE) if kind.startswith(_NAMESPACE) else ""

    @property
    def rate_limited(self) -> bool:
        """Is it only that too much has been asked for?"""
        return self.document.status == 429 or self.kind == "rateLimited"


def _words(document: Document) -> str:
    said = f"HTTP {document.status} {document.type} - {document.detail}"
    parts = [
        f"problem {i + 1}: {sub.identifier.value + ': ' if sub.identifier else ''}"
        f"{sub.type} - {sub.detail}"
        for i, sub in enumerate(document.subproblems)
    ]
    if parts:
        said += f" ({'; '.join(parts)})"
    return said if len(said) <= _MOST_WORDS else f"{said[:_MOST_WORDS]}…"

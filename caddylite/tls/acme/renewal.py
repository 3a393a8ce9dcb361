"""When a certificate is renewed: by its lifetime, or when the CA suggests it (ARI, RFC 9773)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

import msgspec
from cryptography import x509

from caddylite.tls.acme import jws
from caddylite.tls.acme.client import Answer, Client
from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.certificate import Certificate

#: The part of its lifetime that is left when a certificate is renewed (certmagic's default).
RENEWAL_RATIO: Final = 1 / 3
#: As many looks at the certificates must be left, however short their lives are.
_LOOKS: Final = 5
#: Seconds until the CA is asked again when it does not say: RFC 9773, 4.3.3 (six hours).
_ASK_AGAIN: Final = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class RenewalInfo:
    """When the CA would like a certificate to be renewed; times are seconds since the epoch."""

    start: float
    end: float
    selected: float
    ask_again: float
    explanation: str = ""
    identifier: str = ""

    def stored(self) -> dict[str, Any]:
        """Return it as Caddy keeps it beside the certificate."""
        out: dict[str, Any] = {
            "suggestedWindow": {"start": _text(self.start), "end": _text(self.end)},
            "explanationURL": self.explanation,
            "_uniqueIdentifier": self.identifier,
            "_retryAfter": _text(self.ask_again),
            "_selectedTime": _text(self.selected),
        }
        return {k: v for k, v in out.items() if v}


class _Window(msgspec.Struct, frozen=True):
    start: datetime
    end: datetime


class _Suggestion(msgspec.Struct, frozen=True, rename="camel"):
    suggested_window: _Window
    explanation_url: str = msgspec.field(default="", name="explanationURL")


class _Stored(_Suggestion, frozen=True):
    identifier: str = msgspec.field(default="", name="_uniqueIdentifier")
    ask_again: datetime | None = msgspec.field(default=None, name="_retryAfter")
    selected: datetime | None = msgspec.field(default=None, name="_selectedTime")


def from_storage(facts: Any) -> RenewalInfo | None:
    """Read what lies beside a certificate; None if there is nothing that can be used."""
    try:
        found = msgspec.convert(facts, _Stored)
        start, end = _seconds(found.suggested_window.start), _seconds(found.suggested_window.end)
        selected = _seconds(found.selected) if found.selected else start
        again = _seconds(found.ask_again) if found.ask_again else 0.0
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None
    if not 0 < start < end:
        return None
    return RenewalInfo(start, end, selected, again, found.explanation_url, found.identifier)


def suggested(answer: Answer, identifier: str, now: float, random: Random) -> RenewalInfo:
    """Read a CA's suggestion, and choose a moment in it; ACMEError if it makes no sense."""
    try:
        found = msgspec.json.decode(answer.body, type=_Suggestion)
        start, end = _seconds(found.suggested_window.start), _seconds(found.suggested_window.end)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, OverflowError, RecursionError):
        raise ACMEError("unreadable renewal information from the CA") from None
    if end - start <= 1:
        raise ACMEError("the CA suggests no time at all for a renewal")
    again = now + (answer.retry_after(now) or _ASK_AGAIN)
    selected = float(int(random.uniform(start + 1, end)))
    return RenewalInfo(start, end, selected, again, found.explanation_url[:1000], identifier)


async def ask(
    client: Client, leaf: x509.Certificate, random: Random, before: RenewalInfo | None = None
) -> RenewalInfo | None:
    """Ask a CA when to renew; None if it makes no suggestions. The moment chosen ``before`` stays.

    ACMEError if there is no answer that can be used.
    """
    directory = await client.directory()
    identifier = certificate_id(leaf)
    if not directory.renewal_info or not identifier:
        return None
    answer = await client.get(f"{directory.renewal_info.rstrip('/')}/{identifier}")
    found = suggested(answer, identifier, client.world.clock(), random)
    if before is not None and (before.start, before.end) == (found.start, found.end):
        return replace(found, selected=before.selected)
    return found


def certificate_id(leaf: x509.Certificate) -> str:
    """Return the name that a certificate has there (RFC 9773, 4.1); ``""`` if it has none."""
    try:
        above = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except x509.ExtensionNotFound:
        return ""
    if not above.key_identifier:
        return ""
    serial = leaf.serial_number
    octets = serial.to_bytes(serial.bit_length() // 8 + 1, "big")  # a positive INTEGER in DER
    return f"{jws.b64(above.key_identifier)}.{jws.b64(octets)}"


def due(
    certificate: Certificate, info: RenewalInfo | None, now: float, ratio: float, every: float
) -> bool:
    """Is a certificate to be renewed? ``every`` is how often that is asked, in seconds."""
    if info is not None and now > info.selected - every:
        return True
    if certificate.ends_soon(now, ratio or RENEWAL_RATIO):
        return True
    return certificate.ends_soon(now, 1 / 50) or certificate.not_after - now < every * _LOOKS


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

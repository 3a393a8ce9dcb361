"""The resources of RFC 8555, 7.1, as a CA sends them; what they hold besides is passed over."""

import re
from typing import Any, Final, TypeVar

import msgspec

from caddylite.tls.acme.errors import ACMEError, Document, Identifier

#: RFC 8555, 8: base64url. It becomes part of a path.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,512}")
#: An order for a few names has a few authorizations, each with a few challenges.
MOST_PARTS: Final = 100

Message = TypeVar("Message", bound=msgspec.Struct)


class Meta(msgspec.Struct, frozen=True, rename="camel"):
    """What a CA says about itself."""

    terms_of_service: str = ""
    external_account_required: bool = False
    profiles: dict[str, Any] = {}


class Directory(msgspec.Struct, frozen=True, rename="camel"):
    """Where what can be asked of a CA is asked."""

    new_nonce: str
    new_account: str
    new_order: str
    renewal_info: str = ""
    meta: Meta = Meta()


class Challenge(msgspec.Struct, frozen=True):
    """One way to show that a name is ours."""

    type: str
    url: str = ""
    status: str = "pending"
    token: str = ""
    error: Document | None = None

    @property
    def answerable(self) -> bool:
        """Has it all that an answer needs?"""
        return bool(self.url) and _TOKEN.fullmatch(self.token) is not None


class Authorization(msgspec.Struct, frozen=True):
    """What has to be shown for one name."""

    identifier: Identifier
    status: str
    challenges: tuple[Challenge, ...] = ()
    wildcard: bool = False


class Order(msgspec.Struct, frozen=True):
    """A certificate on its way."""

    status: str
    authorizations: tuple[str, ...] = ()
    finalize: str = ""
    certificate: str = ""
    error: Document | None = None


class Registration(msgspec.Struct, frozen=True):
    """An account, as the CA knows it."""

    status: str = ""
    contact: tuple[str, ...] | None = None
    orders: str = ""


def read(kind: type[Message], body: bytes) -> Message:
    """Read a message; ACMEError, in a few words, if it is none."""
    try:
        found = msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as e:
        raise ACMEError(f"unreadable {kind.__name__.lower()} from the CA: {e}") from None
    for parts in ("authorizations", "challenges"):
        if len(getattr(found, parts, ())) > MOST_PARTS:
            raise ACMEError(f"an {kind.__name__.lower()} with too many {parts}")
    return found

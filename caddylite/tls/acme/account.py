"""Accounts with a CA (RFC 8555, 7.1.2 and 7.3)."""

import json
from dataclasses import dataclass
from typing import Any

from caddylite.tls.acme import jws
from caddylite.tls.acme.client import Client
from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.acme.messages import Registration, read
from caddylite.tls.certificate import Signer, key_pem, load_key


@dataclass(frozen=True, slots=True)
class Account:
    """A key, and what the CA has written down beside it; new while ``location`` is empty."""

    key: Signer
    contact: tuple[str, ...] = ()
    status: str = ""
    location: str = ""
    orders: str = ""

    @property
    def email(self) -> str:
        """The first contact, without its scheme; ``""`` if there is none."""
        return self.contact[0].partition(":")[2] if self.contact else ""

    def stored(self) -> tuple[bytes, bytes]:
        """Return the registration and the key as Caddy stores them."""
        facts: dict[str, Any] = {
            "status": self.status,
            "contact": list(self.contact),
            "termsOfServiceAgreed": True,
            "orders": self.orders,
            "location": self.location,
        }
        text = json.dumps({k: v for k, v in facts.items() if v}, indent="\t", ensure_ascii=False)
        return text.encode(), key_pem(self.key)


def from_storage(registration: bytes, key: bytes) -> Account:
    """Read what :meth:`Account.stored` has written, or Caddy; ValueError if it cannot be used."""
    facts = json.loads(registration)
    if not isinstance(facts, dict):
        raise ValueError("not a registration")
    contact = facts.get("contact") or ()
    return Account(
        load_key(key),
        tuple(str(c) for c in contact),
        str(facts.get("status", "")),
        str(facts.get("location", "")),
        str(facts.get("orders", "")),
    )


async def register(
    client: Client, account: Account, external: tuple[str, str] | None = None
) -> Account:
    """Open an account, agreeing to the terms; ``external`` is the key ID and the MAC key."""
    directory = await client.directory()
    payload: dict[str, Any] = {"termsOfServiceAgreed": True}
    if account.contact:
        payload["contact"] = list(account.contact)
    if external is not None:
        try:
            bound = jws.binding(account.key, directory.new_account, *external)
        except ValueError:
            raise ACMEError("the MAC key of the external account is not base64url") from None
        payload["externalAccountBinding"] = bound
    return await _ask(client, account, payload)


async def look_up(client: Client, key: Signer) -> Account:
    """Return the account that a key has already."""
    return await _ask(client, Account(key), {"onlyReturnExisting": True})


async def _ask(client: Client, account: Account, payload: dict[str, Any]) -> Account:
    directory = await client.directory()
    answer = await client.post(account.key, "", directory.new_account, payload)
    found = read(Registration, answer.body)
    location = answer.get("Location")
    if not location:
        raise ACMEError("the CA does not say where the account is")
    contact = account.contact if found.contact is None else found.contact
    return Account(account.key, contact, found.status or "valid", location, found.orders)

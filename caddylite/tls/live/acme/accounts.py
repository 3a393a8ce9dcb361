"""Accounts with CAs: in the storage, opened when there is none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from caddylite.context import House, Logger
from caddylite.tls.acme import places
from caddylite.tls.acme.account import Account, from_storage, look_up, register
from caddylite.tls.acme.client import Client
from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.acme.keys import make_key
from caddylite.tls.certificate import load_key
from caddylite.tls.live.acme.locking import Lock
from caddylite.tls.storage import FileStorage

#: Returns the key ID and the MAC key of an account elsewhere, None if there is none.
External = Callable[[Client], Awaitable[tuple[str, str] | None]]


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of one issuer.

    ``key`` is a configured account key (PEM): then that account is used, and no other opened.
    """

    place: FileStorage
    house: House
    log: Logger
    email: str = ""
    key: bytes = b""

    async def get(self, client: Client, external: External) -> Account:
        """Return the account with a CA, open one if need be; ACMEError if there can be none.

        ``external`` is asked which account elsewhere a new one is bound to.
        """
        email = self.email or self._latest(client.url)
        if self.key:
            return await self._of_key(client, email)
        account = self._load(client.url, email)
        if account is not None:
            return account
        lock = Lock(
            self.place, "_".join(filter(None, ("register_acme_account", email))), self.house
        )
        await lock.acquire()
        try:
            return self._load(client.url, email) or await self._open(client, email, external)
        finally:
            lock.release()

    async def _open(self, client: Client, email: str, external: External) -> Account:
        self.log.info(
            "creating new account because no account for configured email is known to us",
            email=email,
            ca=client.url,
        )
        contact = (f"mailto:{email}",) if email else ()
        account = await register(client, Account(make_key(), contact), await external(client))
        self.log.info(
            "new ACME account registered", contact=list(account.contact), status=account.status
        )
        self._save(client.url, account, email)
        return account

    async def _of_key(self, client: Client, email: str) -> Account:
        self.log.info("using configured ACME account")
        try:
            key = load_key(self.key)
        except ValueError as e:
            raise ACMEError(f"getting ACME account: decoding private key: {e}") from None
        known = self._load(client.url, email)
        if known is not None and known.key.public_key() == key.public_key():
            return known
        account = await look_up(client, key)
        self._save(client.url, account, account.email)
        return account

    def forget(self, client: Client, account: Account) -> None:
        """Delete an account that the CA does not know any more."""
        for key in places.account(client.url, account.email):
            self.place.delete(key)

    def _load(self, ca: str, email: str) -> Account | None:
        registration, key = map(self.place.load, places.account(ca, email))
        if registration is None or key is None:
            return None
        try:
            account = from_storage(registration, key)
        except (ValueError, RecursionError) as e:
            raise ACMEError(f"getting ACME account: {e}") from None
        return account if account.location and account.status else None

    def _save(self, ca: str, account: Account, email: str) -> None:
        registration, key = places.account(ca, email)
        facts, secret = account.stored()
        self.place.store(key, secret)
        self.place.store(registration, facts)

    def _latest(self, ca: str) -> str:
        """Return the address of the account that was used last, as Caddy does without one."""
        for folder in self.place.list(places.accounts(ca)):
            name = folder.rpartition("/")[2]
            if name != "default" and "@" in name:
                return name
            return ""
        return ""

"""The issuer ``acme`` at work (:class:`caddylite.tls.issuance.acme.ACMEIssuer`)."""

from typing import Any, Final

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.gourl import parse_url
from caddylite.placeholders import replace_all
from caddylite.tls import subjects
from caddylite.tls.acme import chains, keys, renewal
from caddylite.tls.acme.account import Account
from caddylite.tls.acme.challenges import HTTP, TLS_ALPN, identifier_of
from caddylite.tls.acme.client import Client, World
from caddylite.tls.acme.errors import ACMEError, Problem
from caddylite.tls.acme.ordering import Ordering, Solver, Wish
from caddylite.tls.acme.places import issuer_key
from caddylite.tls.acme.renewal import RenewalInfo
from caddylite.tls.certificate import Certificate, belongs
from caddylite.tls.issuance.acme import ACMEIssuer
from caddylite.tls.live.acme import zerossl
from caddylite.tls.live.acme.accounts import Accounts
from caddylite.tls.live.acme.issuers import Issued, Order
from caddylite.tls.live.acme.office import Office
from caddylite.tls.live.acme.solving import Readiness
from caddylite.tls.live.waiting import pause
from caddylite.tls.storage import FileStorage

LETS_ENCRYPT: Final = "https://acme-v02.api.letsencrypt.org/directory"
LETS_ENCRYPT_STAGING: Final = "https://acme-staging-v02.api.letsencrypt.org/directory"
#: Public CAs, by a part of their URLs: do they sign addresses?
_PUBLIC: Final = {
    "api.letsencrypt.org": True,
    "acme.zerossl.com": False,
    "api.pki.goog": True,
    "api.buypass.com": False,
    "acme.ssl.com": False,
}


class ACME:
    """One ACME issuer of a policy. ConfigError, in Caddy's words, for what cannot be used.

    ``ports`` are those of HTTP and HTTPS, where an issuer names no others.
    """

    def __init__(
        self,
        ir: ACMEIssuer,
        house: House,
        office: Office,
        place: FileStorage,
        ports: tuple[int, int],
    ) -> None:
        self._ir, self._house, self._office, self.place = ir, house, office, place
        self._ports = ports
        self._log = house.logger("tls.issuance.acme")
        self._email = self._expanded(ir.email).strip().lower()
        self.ca = _with_scheme(self._expanded(ir.ca) or LETS_ENCRYPT)
        default = LETS_ENCRYPT_STAGING if self.ca == LETS_ENCRYPT else ""
        self._test_ca = _with_scheme(self._expanded(ir.test_ca) or default)
        bound = ir.external_account
        self._external = (
            (self._expanded(bound.key_id), self._expanded(bound.mac_key)) if bound else None
        )
        key = self._expanded(ir.account_key)
        self._accounts = Accounts(place, house, self._log, self._email, key.encode())
        self._refuse_what_is_not_built()
        plain = any(c.startswith("http://") for c in (self.ca, self._test_ca))
        try:
            self._fetch = office.fetcher(house, ir.trusted_roots_pem_files, plain=plain)
        except ConfigError as e:
            raise e.wrap("loading trusted root CA's PEM file: ") from None

    @property
    def key(self) -> str:
        """Its name in the storage: the CA's host and path."""
        return issuer_key(self.ca)

    @property
    def shared(self) -> bool:
        """May others who have the same storage answer its challenges?"""
        return self._ir.challenges is None or self._ir.challenges.distributed is not False

    # The config.

    def _expanded(self, text: str) -> str:
        return replace_all(text, self._house.globals)

    def _refuse_what_is_not_built(self) -> None:
        challenges = self._ir.challenges
        if challenges is not None and challenges.dns is not None:
            raise ConfigError(
                "the DNS challenge is not built yet",
                hint="the HTTP and TLS-ALPN challenges need no provider",
            )
        proxy = self._ir.network_proxy
        if proxy is not None and proxy.name != "none":
            raise ConfigError(f"the network proxy '{proxy.name}' is not built yet")

    # Certificates.

    async def issue(self, order: Order) -> Issued:
        """Return a new certificate; after a failure the test CA is asked first, if any."""
        self._check(order.name)
        if order.failures and self._test_ca and self._test_ca != self.ca:
            await self._issue(order, self._test_ca)
        return await self._issue(order, self.ca)

    def _check(self, name: str) -> None:
        for part, addresses in _PUBLIC.items():
            if part in self.ca:
                if not subjects.qualifies_publicly(name):
                    raise ACMEError(f"subject '{name}' does not qualify for a public certificate")
                if subjects.is_ip(name) and not addresses:
                    raise ACMEError(
                        f"subject '{name}' cannot have public IP certificate from {self.ca}"
                    )
                return

    async def _issue(self, order: Order, ca: str) -> Issued:
        client = self._client(ca)
        account = await self._accounts.get(client, self._bound)
        if ca == self.ca:
            await self._wait_for_turn(order.name)
        try:
            return await self._obtain(client, account, order)
        except Problem as e:
            if e.kind != "accountDoesNotExist":
                raise self._placed(order.name, e, ca) from None
        except ACMEError as e:
            raise self._placed(order.name, e, ca) from None
        self._log.warn(
            "ACME account does not exist on server; attempting to recreate",
            account_id=account.location,
            account_contact=list(account.contact),
        )
        self._accounts.forget(client, account)
        account = await self._accounts.get(client, self._bound)
        return await self._obtain(client, account, order)

    @staticmethod
    def _placed(name: str, error: ACMEError, ca: str) -> ACMEError:
        placed = ACMEError(f"[{name}] {error} (ca={ca})")
        placed.retry_after = error.retry_after
        return placed

    def _client(self, ca: str) -> Client:
        url = parse_url(ca)
        if url.scheme != "https" and not subjects.is_internal(url.host):
            raise ACMEError(f"{ca}: insecure CA URL (HTTPS required for non-internal CA)")

        async def sleep(seconds: float) -> None:
            await pause(self._house, seconds)

        log = self._log.named("acme_client")
        return Client(ca, World(self._fetch, sleep, self._house.clock, log))

    async def _bound(self, client: Client) -> tuple[str, str] | None:
        """Return the account elsewhere; ZeroSSL gives one to whoever names an address."""
        if self._external is not None or not client.url.startswith(zerossl.ACME_URL):
            return self._external
        return await zerossl.external_account(client, self._email)

    async def _wait_for_turn(self, name: str) -> None:
        facts: dict[str, Any] = {"identifiers": [name], "ca": self.ca, "account": self._email}
        self._log.info("waiting on internal rate limiter", **facts)
        wait = self._office.throttle(self.ca, self._email).wait(self._house.clock())
        if wait:
            await pause(self._house, wait)
        self._log.info("done waiting on internal rate limiter", **facts)

    async def _obtain(self, client: Client, account: Account, order: Order) -> Issued:
        self._log.info(
            "using ACME account",
            account_id=account.location,
            account_contact=list(account.contact),
        )
        ordering = Ordering(
            client,
            account,
            self._solvers(client.url),
            self._office.preferences,
            self._ir.acme_timeout.seconds,
        )
        url = await ordering.obtain(self._wish(order, client.url))
        chain = chains.preferred(
            await chains.download(client, account, url), self._ir.preferred_chains
        )
        if not belongs(chain.certificates[0], order.key):
            raise ACMEError("the CA's certificate is for another key")
        made = Certificate(chain.certificates, order.key, issuer=self.key)
        info = await self._suggestion(client, made, None)
        notes: dict[str, Any] = {"url": chain.url, "ca": client.url, "account": account.location}
        if info is not None:
            notes["renewal_info"] = info.stored()
        return Issued(made, notes, info)

    def _wish(self, order: Order, ca: str) -> Wish:
        identifiers = (identifier_of(order.name),)
        replaces, before = "", order.before
        # Once in a while without: it may be what the CA does not like.
        if before is not None and before.notes.get("ca") == ca and order.failures != 2:
            replaces = renewal.certificate_id(before.certificate.leaf)
        lifetime = self._ir.certificate_lifetime.seconds
        return Wish(
            identifiers,
            keys.request(order.key, identifiers),
            self._ir.profile,
            self._house.clock() + lifetime if lifetime else 0.0,
            replaces,
        )

    def _solvers(self, ca: str) -> dict[str, Solver]:
        said = self._ir.challenges
        host = said.bind_host if said is not None else ""
        store = self.place if self.shared else None
        kinds = (
            (HTTP, said.http if said is not None else None),
            (TLS_ALPN, said.tls_alpn if said is not None else None),
        )
        out: dict[str, Solver] = {}
        for (kind, settings), usual in zip(kinds, self._ports, strict=True):
            if settings is not None and settings.disabled:
                continue
            port = (settings.alternate_port if settings is not None else 0) or usual
            out[kind] = Readiness(self._house, self._office, kind, ca, host, port, store)
        return out

    async def renewal(
        self, certificate: Certificate, before: RenewalInfo | None
    ) -> RenewalInfo | None:
        """Ask the CA when it would like to renew a certificate."""
        return await self._suggestion(self._client(self.ca), certificate, before)

    async def _suggestion(
        self, client: Client, certificate: Certificate, before: RenewalInfo | None
    ) -> RenewalInfo | None:
        try:
            return await renewal.ask(client, certificate.leaf, self._house.random, before)
        except ACMEError as e:
            self._log.error("failed getting renewal information", error=str(e))
            return before


def _with_scheme(url: str) -> str:
    return f"https://{url}" if url and "://" not in url else url

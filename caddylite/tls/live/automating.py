"""The automation policies of a config: which names fall under which, and who signs for them."""

from collections.abc import Iterator
from typing import Final

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.kinds import Storage
from caddylite.placeholders import replace_all
from caddylite.tls import subjects
from caddylite.tls.automation import Automation, AutomationPolicy
from caddylite.tls.config import TLS
from caddylite.tls.issuance.acme import ACMEIssuer
from caddylite.tls.issuance.internal import InternalIssuer
from caddylite.tls.kinds import Issuer
from caddylite.tls.live.acme.issuer import ACME
from caddylite.tls.live.acme.issuers import Internal, LiveIssuer
from caddylite.tls.live.acme.job import Terms
from caddylite.tls.live.acme.office import Office
from caddylite.tls.live.acme.ordered import Entry
from caddylite.tls.live.pki import PKIApp
from caddylite.tls.live.storing import storage_of

#: How often certificates are looked at, in seconds (certmagic's default).
RENEW_INTERVAL: Final = 600.0
_REST: Final = AutomationPolicy()


class Automating:
    """Policies, with what their issuers need to work.

    ``ports`` are those on which CAs ask by HTTP and by TLS. ``internal`` are the names that are
    ours to sign where no policy says otherwise.
    """

    def __init__(
        self,
        tls: TLS,
        pki: PKIApp,
        house: House,
        storage: Storage | None = None,
        ports: tuple[int, int] = (80, 443),
    ) -> None:
        self.ir, self._pki, self._house = tls.automation or Automation(), pki, house
        self._storage, self._ports = storage, ports
        self._check_storage = not tls.disable_storage_check
        self._office = Office.of(house)
        self.internal: set[str] = set()
        self.every = self.ir.renew_interval.seconds or RENEW_INTERVAL
        self._live: dict[tuple[int, tuple[str, ...]], list[LiveIssuer]] = {}

    def provision(self) -> None:
        """Make the issuers of the policies; ConfigError for the first that cannot be used here."""
        for i, policy in enumerate(self.ir.policies):
            try:
                for manager in policy.get_certificate:
                    raise ConfigError(f"the certificate manager '{manager.name}' is not built yet")
                if not isinstance((*policy.issuers, None)[0], InternalIssuer):
                    self._signers(policy, policy.issuers)
            except ConfigError as e:
                raise e.wrap(f"provisioning automation policy {i}: ") from None

    def policy_for(self, name: str) -> AutomationPolicy:
        """Return the automation policy a name falls under."""
        for policy in self.ir.policies:
            if not policy.subjects or any(subjects.covers(s, name) for s in policy.subjects):
                return policy
        return _REST

    def issuers_for(self, name: str, policy: AutomationPolicy) -> tuple[Issuer, ...]:
        """Return who signs for a name, in the order in which they are asked."""
        if name in self.internal and not _names_internal(policy):
            return (InternalIssuer(),)
        if policy.issuers:
            return policy.issuers
        return (ACMEIssuer() if subjects.qualifies_publicly(name) else InternalIssuer(),)

    def ours(self, name: str, policy: AutomationPolicy) -> InternalIssuer | None:
        """Return the authority of our own that signs a name before anybody else, if one does."""
        first = self.issuers_for(name, policy)[0]
        if name in self.internal:
            first = next((i for i in policy.issuers if isinstance(i, InternalIssuer)), first)
        return first if isinstance(first, InternalIssuer) else None

    def entry(self, name: str, policy: AutomationPolicy, by_handshakes: bool = False) -> Entry:
        """Return what it takes to look after a name that others sign."""
        issuers = self.issuers_for(name, policy)
        place = storage_of(policy.storage or self._storage, self._house)
        terms = Terms(
            name,
            issuers,
            str(place.root),
            replace_all(policy.key_type, self._house.globals),
            policy.reuse_private_keys,
            policy.renewal_window_ratio,
            self.every,
            self._ports,
            self._check_storage,
        )
        return Entry(terms, self._signers(policy, issuers), place, by_handshakes)

    def acme_issuers(self, name: str) -> Iterator[ACME]:
        """Yield the CAs that may want to see a proof that a name is ours."""
        policy = self.policy_for(name)
        issuers = self.issuers_for(name, policy)
        for live in self._signers(policy, issuers):
            if isinstance(live, ACME):
                yield live

    def _signers(self, policy: AutomationPolicy, issuers: tuple[Issuer, ...]) -> list[LiveIssuer]:
        """Return the issuers at work; those of a policy are made once."""
        key = id(policy), tuple(i.name for i in issuers)
        found = self._live.get(key)
        if found is None:
            found = self._live[key] = []
            for i, ir in enumerate(issuers):
                try:
                    found.append(self._signer(ir, policy))
                except ConfigError as e:
                    del self._live[key]
                    raise e.wrap(
                        f"loading TLS automation management module: position {i}: "
                        f"loading module '{ir.name}': provision {ir.id}: "
                    ) from None
        return found

    def _signer(self, ir: Issuer, policy: AutomationPolicy) -> LiveIssuer:
        if isinstance(ir, InternalIssuer):
            return Internal(ir, self._pki)
        if isinstance(ir, ACMEIssuer):
            if policy.must_staple:
                raise ConfigError("must_staple needs OCSP stapling, which is not built yet")
            place = storage_of(policy.storage or self._storage, self._house)
            return ACME(ir, self._house, self._office, place, self._ports)
        raise ConfigError(
            f"the issuer '{ir.name}' is not built yet",
            hint="'issuer acme https://acme.zerossl.com/v2/DV90' asks ZeroSSL by ACME",
        )


def _names_internal(policy: AutomationPolicy) -> bool:
    return any(isinstance(i, InternalIssuer) for i in policy.issuers)

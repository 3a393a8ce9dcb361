"""The TLS app: the certificates there are, and which of them a handshake gets."""

from collections.abc import Iterable
from typing import Any, Final

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.kinds import Storage
from caddylite.tls import subjects
from caddylite.tls.automation import AutomationPolicy
from caddylite.tls.automation_checks import check_automation, check_subjects
from caddylite.tls.certificate import Certificate
from caddylite.tls.config import TLS
from caddylite.tls.handshake import Peer, host
from caddylite.tls.issuance.internal import InternalIssuer
from caddylite.tls.live.loading import load
from caddylite.tls.live.managing import Managed
from caddylite.tls.live.pki import PKIApp
from caddylite.tls.policy import ConnectionPolicy
from caddylite.tls.store import CertificateStore
from caddylite.wire.clienthello import Hello

#: How often certificates are looked at, in seconds (certmagic's default).
RENEW_INTERVAL: Final = 600.0
#: The most certificates that handshakes may bring about (``on_demand``).
_MOST_ON_DEMAND: Final = 10_000

NO_ACME: Final = "certificates for public names need ACME, which is not built yet"
NO_ACME_HINT: Final = (
    "use 'tls internal' (signed by a local authority) or 'tls <cert_file> <key_file>'"
)


class TLSApp:
    """Certificates from the config and from our own authorities.

    ``tickets`` is False when the config disables session tickets.
    """

    def __init__(
        self, ir: TLS | None, pki: PKIApp, house: House, storage: Storage | None = None
    ) -> None:
        self.ir, self.pki = ir or TLS(), pki
        self._house, self._storage = house, storage
        self.store = CertificateStore()
        self.managed = Managed(self.store, pki, house, storage)
        tickets = self.ir.session_tickets
        self.tickets = tickets is None or not tickets.disabled
        self._automation = self.ir.automation
        self._unmanaged: set[str] = set()
        self._internal: set[str] = set()
        self._wanted: list[str] = []
        self._on_demand = 0
        self._log = house.logger("tls")

    def provision(self) -> None:
        """Load what the config brings along; ConfigError for the first that cannot be used."""
        for loader in self.ir.certificates.values():
            for certificate in load(loader, self._house, self._storage):
                self.store.add(certificate)
        check_automation(self.ir, self.pki.has, self._house.globals)

    def validate(self) -> None:
        """Complain of what is wrong with the settings as a whole."""
        check_subjects(self.ir, self._house.globals)

    def has(self, name: str) -> bool:
        """Has the config brought a certificate for this name (or a wildcard above it)?"""
        return self.store.covers(name)

    def start(self, names: Iterable[str] = (), internal: Iterable[str] = ()) -> None:
        """Manage the certificates of these names and of those the config lists.

        ``internal`` are names that are ours to sign where no policy says otherwise (automatic
        HTTPS finds them). Names only a public CA could sign are noted in the log.
        """
        self._internal.update(internal)
        automate: Any = self.ir.certificates.get("automate")
        listed = tuple(automate.subjects or ()) if automate is not None else ()
        for name in dict.fromkeys((*listed, *names, *self._wanted)):
            self._manage(name)
        if self._unmanaged:
            self._log.error(NO_ACME, domains=sorted(self._unmanaged), hint=NO_ACME_HINT)
        self._keep_fresh()

    def automate(self, name: str) -> None:
        """Manage a name, too, once we start (a client certificate of ours)."""
        self._wanted.append(name)

    def certificate_of(self, name: str) -> Certificate | None:
        """Return the certificate for exactly this name, if there is one now."""
        found = self.store.named(name)
        return self.managed.fresh(found[0]) if found else None

    def _manage(self, name: str) -> None:
        if not subjects.qualifies(name):
            return
        policy = self.policy_for(name)
        issuer = self._issuer(name, policy)
        if issuer is None:
            self._unmanaged.add(name.lower())
        else:
            self.managed.manage(name, issuer, policy.renewal_window_ratio, policy.storage)

    def policy_for(self, name: str) -> AutomationPolicy:
        """Return the automation policy a name falls under."""
        policies = self._automation.policies if self._automation is not None else ()
        for policy in policies:
            if not policy.subjects or any(subjects.covers(s, name) for s in policy.subjects):
                return policy
        return AutomationPolicy()

    def _issuer(self, name: str, policy: AutomationPolicy) -> InternalIssuer | None:
        for issuer in policy.issuers:
            if isinstance(issuer, InternalIssuer):
                return issuer
        if policy.issuers:
            return None
        ours = name in self._internal or not subjects.qualifies_publicly(name)
        return InternalIssuer() if ours else None

    # Freshness.

    def _keep_fresh(self) -> None:
        interval = self._automation.renew_interval.seconds if self._automation is not None else 0
        timer = self._house.later(interval or RENEW_INTERVAL, self._look)
        self._house.on_stop(lambda: timer.cancel() if timer.active() else None)

    def _look(self) -> None:
        self.managed.renew()
        self._keep_fresh()

    # Handshakes.

    def certificate(self, hello: Hello, peer: Peer, policy: ConnectionPolicy) -> Certificate | str:
        """Return the certificate for a handshake, or why there is none."""
        local = host(peer.local)
        found = self.store.choose(
            hello,
            self._house.clock(),
            local,
            policy.default_sni,
            policy.fallback_sni,
            policy.certificate_selection,
        )
        if found is None:
            found = self._demanded(hello.server_name or policy.default_sni or local)
        if found is None:
            return self._why_none(hello, peer, hello.server_name or policy.default_sni or local)
        return self.managed.fresh(found) if found.issuer else found

    def _demanded(self, name: str) -> Certificate | None:
        """Sign a certificate on demand, where a policy wants that and nobody has to be asked."""
        if self._automation is None or not subjects.qualifies(name):
            return None
        policy = self.policy_for(name)
        demand = self._automation.on_demand
        if not policy.on_demand or (demand is not None and (demand.ask or demand.permission)):
            return None
        issuer = self._issuer(name, policy)
        if issuer is None or self._on_demand >= _MOST_ON_DEMAND:
            return None
        try:
            made = self.managed.manage(name, issuer, policy.renewal_window_ratio, policy.storage)
        except (ConfigError, OSError, ValueError) as e:
            self._log.error("obtaining certificate on demand", identifier=name, error=str(e))
            return None
        self._on_demand += 1
        return made

    def _why_none(self, hello: Hello, peer: Peer, name: str) -> str:
        self._log.debug(
            "no certificate matching TLS ClientHello",
            server_name=hello.server_name,
            remote=host(peer.remote),
            identifier=name,
        )
        why = f"no certificate available for '{name}'"
        if any(p in self._unmanaged for p in subjects.patterns(name)):
            why += f": {NO_ACME}"
        return why


def make_apps(
    tls: TLS | None, pki: Any, house: House, storage: Storage | None = None
) -> tuple[TLSApp, PKIApp]:
    """Make the TLS and the PKI app of a config, their certificates loaded.

    The caller puts them into the house (``house.app("tls")``, ``house.app("pki")``), and calls
    :meth:`TLSApp.start` once it knows which names are served.
    """
    authorities = PKIApp(pki, house, storage)
    app = TLSApp(tls, authorities, house, storage)
    try:
        app.provision()
        app.validate()
    except ConfigError as e:
        raise e.of_app("tls") from None
    try:
        authorities.provision()
    except ConfigError as e:
        raise e.of_app("pki") from None
    return app, authorities

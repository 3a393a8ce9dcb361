"""The TLS app: the certificates there are, and which of them a handshake gets."""

from collections.abc import Iterable
from typing import Any

from twisted.internet.defer import Deferred

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.kinds import Storage
from caddylite.tls import subjects
from caddylite.tls.automation import AutomationPolicy
from caddylite.tls.automation_checks import check_automation, check_subjects
from caddylite.tls.certificate import Certificate
from caddylite.tls.config import TLS
from caddylite.tls.handshake import Peer, host
from caddylite.tls.live.acme.office import Office
from caddylite.tls.live.acme.ordered import Entry, Ordered
from caddylite.tls.live.acme.proofs import Proofs
from caddylite.tls.live.automating import Automating
from caddylite.tls.live.loading import load
from caddylite.tls.live.managing import Managed
from caddylite.tls.live.on_demand import Found, OnDemand
from caddylite.tls.live.pki import PKIApp
from caddylite.tls.policy import ConnectionPolicy
from caddylite.tls.server_names import ascii_name
from caddylite.tls.store import CertificateStore
from caddylite.wire.clienthello import Hello


class TLSApp:
    """Certificates from the config, from our own authorities and from CAs.

    ``tickets`` is False when the config disables session tickets. ``proofs`` is what CAs get to
    see. ``ports`` are those of HTTP and HTTPS.
    """

    def __init__(
        self,
        ir: TLS | None,
        pki: PKIApp,
        house: House,
        storage: Storage | None = None,
        ports: tuple[int, int] = (80, 443),
    ) -> None:
        self.ir, self.pki = ir or TLS(), pki
        self._house, self._storage = house, storage
        self.store = CertificateStore()
        self.managed = Managed(self.store, pki, house, storage)
        tickets = self.ir.session_tickets
        self.tickets = tickets is None or not tickets.disabled
        self._office = Office.of(house)
        self._automating = Automating(self.ir, pki, house, storage, ports)
        self.ordered = Ordered(self.store, self._office, house)
        self.proofs = Proofs(self._office, house, self._automating.acme_issuers)
        self._on_demand: OnDemand | None = None
        self._timer: Any = None
        self._wanted: list[str] = []
        self._log = house.logger("tls")

    def provision(self) -> None:
        """Load what the config brings along; ConfigError for the first that cannot be used."""
        for loader in self.ir.certificates.values():
            for certificate in load(loader, self._house, self._storage):
                self.store.add(certificate)
        check_automation(self.ir, self.pki.has, self._house.globals)
        automation = self._automating.ir
        if any(policy.on_demand for policy in automation.policies):
            self._on_demand = OnDemand(automation, self.ordered, self._house)

    def validate(self) -> None:
        """Complain of what is wrong with the settings as a whole."""
        check_subjects(self.ir, self._house.globals)

    def prepare(self) -> None:
        """Make the issuers; ConfigError for what Caddy has and we have not."""
        self._automating.provision()

    def has(self, name: str) -> bool:
        """Has the config brought a certificate for this name (or a wildcard above it)?"""
        return self.store.covers(name)

    def start(self, names: Iterable[str] = (), internal: Iterable[str] = ()) -> None:
        """Manage the certificates of these names and of those the config lists.

        ``internal`` are names that are ours to sign where no policy says otherwise (automatic
        HTTPS finds them). Names that others sign are served as soon as they have.
        """
        self._office.listeners.make_way()
        self._house.on_stop(self.leave)
        self._automating.internal.update(internal)
        automate: Any = self.ir.certificates.get("automate")
        listed = tuple(automate.subjects or ()) if automate is not None else ()
        for name in dict.fromkeys((*listed, *names, *self._wanted)):
            self._manage(name)
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
        policy = self._automating.policy_for(name)
        if self._automating.ours(name, policy) is not None:
            self._sign(name, policy)
        elif not policy.on_demand:
            self.ordered.manage(self._automating.entry(ascii_name(name), policy))

    def _sign(self, name: str, policy: AutomationPolicy) -> Certificate | None:
        issuer = self._automating.ours(name, policy)
        if issuer is None:
            return None
        return self.managed.manage(name, issuer, policy.renewal_window_ratio, policy.storage)

    def policy_for(self, name: str) -> AutomationPolicy:
        """Return the automation policy a name falls under."""
        return self._automating.policy_for(name)

    # Freshness.

    def _keep_fresh(self) -> None:
        self._timer = self._house.later(self._automating.every, self._look)

    def _look(self) -> None:
        self.managed.renew()
        self.ordered.look()
        self._keep_fresh()

    def leave(self) -> None:
        """Obtain and renew nothing more: another config does, or the program ends."""
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
        self.ordered.leave()

    # Handshakes.

    def certificate(
        self, hello: Hello, peer: Peer, policy: ConnectionPolicy
    ) -> Found | Deferred[Found]:
        """Return the certificate for a handshake, or why there is none; now or later."""
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
            name = hello.server_name or policy.default_sni or local
            return self._demanded(name, peer) or self._why_none(hello, peer, name)
        if not found.issuer:
            return found
        if self._on_demand is not None:
            return self._on_demand.looked_after(self.managed.fresh(found), host(peer.remote))
        return self.managed.fresh(found)

    def challenge(self, server_name: str, peer: Peer) -> Certificate | None:
        """Return the certificate that a CA wants to see to believe that a name is ours."""
        return self.proofs.to_handshake(server_name, peer.remote)

    def _demanded(self, name: str, peer: Peer) -> Found | Deferred[Found] | None:
        """Have a certificate signed or obtained on demand, where a policy wants that."""
        if self._on_demand is None or not subjects.qualifies(name):
            return None
        name = ascii_name(name)
        policy = self._automating.policy_for(name)
        if not policy.on_demand:
            return None

        def make() -> Found | Entry:
            try:
                signed = self._sign(name, policy)
            except (ConfigError, OSError, ValueError) as e:
                self._log.error("obtaining certificate on demand", identifier=name, error=str(e))
                return f"no certificate available for '{name}'"
            return signed or self._automating.entry(name, policy, by_handshakes=True)

        return self._on_demand.certificate(name, host(peer.remote), make)

    def _why_none(self, hello: Hello, peer: Peer, name: str) -> str:
        self._log.debug(
            "no certificate matching TLS ClientHello",
            server_name=hello.server_name,
            remote=host(peer.remote),
            identifier=name,
        )
        why = f"no certificate available for '{name}'"
        if any(self.ordered.missing(p) for p in subjects.patterns(name)):
            why += ": it is being obtained"
        return why


def make_apps(
    tls: TLS | None,
    pki: Any,
    house: House,
    storage: Storage | None = None,
    ports: tuple[int, int] = (80, 443),
) -> tuple[TLSApp, PKIApp]:
    """Make the TLS and the PKI app of a config, their certificates loaded.

    The caller puts them into the house (``house.app("tls")``, ``house.app("pki")``), and calls
    :meth:`TLSApp.start` once it knows which names are served. ``ports`` are those of HTTP and
    HTTPS, on which CAs ask.
    """
    authorities = PKIApp(pki, house, storage)
    app = TLSApp(tls, authorities, house, storage, ports)
    try:
        app.provision()
        app.validate()
    except ConfigError as e:
        raise e.of_app("tls") from None
    try:
        authorities.provision()
    except ConfigError as e:
        raise e.of_app("pki") from None
    try:
        app.prepare()
    except ConfigError as e:
        raise e.of_app("tls") from None
    return app, authorities

"""Certificates that others sign: obtained while we serve, kept fresh, known to our handshakes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from caddylite.context import House
from caddylite.tls.acme import renewal
from caddylite.tls.acme.renewal import RenewalInfo
from caddylite.tls.certificate import Certificate
from caddylite.tls.live.acme.issuers import LiveIssuer
from caddylite.tls.live.acme.job import Delivered, Job, Terms, failed, newest
from caddylite.tls.live.acme.office import Office
from caddylite.tls.live.stored import load, save_notes
from caddylite.tls.live.waiting import begin
from caddylite.tls.storage import FileStorage
from caddylite.tls.store import CertificateStore

#: How many certificates CAs are asked about at a time (when would they like to renew them?).
_QUESTIONS: Final = 50


@dataclass(slots=True)
class Entry:
    """A name that is looked after. ``by_handshakes``: only when a client asks for it."""

    terms: Terms
    issuers: Sequence[LiveIssuer]
    place: FileStorage
    by_handshakes: bool = False
    current: Certificate | None = None
    info: RenewalInfo | None = None
    working: Deferred[Delivered] | None = None
    asking: Deferred[None] | None = None


class Ordered:
    """The names of one config, in a store of certificates."""

    def __init__(self, store: CertificateStore, office: Office, house: House) -> None:
        self._store, self._office, self._house = store, office, house
        self._entries: dict[str, Entry] = {}
        self._asking = 0
        self._log = house.logger("tls")

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    def missing(self, name: str) -> bool:
        """Is a certificate for this name still to come?"""
        entry = self._entries.get(name)
        return entry is not None and entry.current is None

    def manage(self, entry: Entry) -> None:
        """Look after a name from now on; what lies in the storage is served at once."""
        name = entry.terms.name
        if name not in self._entries:
            self._entries[name] = entry
            self.load(entry)
            self._look_at(entry)

    def load(self, entry: Entry) -> bool:
        """Take up what lies in the storage; is there anything?"""
        stored, _ = newest(entry.place, entry.issuers, entry.terms.name)
        if stored is None:
            return False
        info = renewal.from_storage(stored.notes.get("renewal_info"))
        self._take(entry, Delivered(stored.certificate, info))
        return True

    def look(self) -> None:
        """Renew what is due; what could not be had is tried again."""
        for entry in self:
            if not entry.by_handshakes:
                self._look_at(entry)

    def _look_at(self, entry: Entry) -> None:
        if entry.current is None or self.due(entry):
            self.obtain(entry)
        elif entry.info is None or self._house.clock() <= entry.info.ask_again:
            return
        elif self._asking < _QUESTIONS:
            self._ask(entry)

    def due(self, entry: Entry) -> bool:
        """Is it time to renew?"""
        current, terms = entry.current, entry.terms
        return current is not None and renewal.due(
            current, entry.info, self._house.clock(), terms.ratio, terms.every
        )

    def entry_of(self, certificate: Certificate) -> Entry | None:
        """Return the entry that a certificate belongs to."""
        for name in certificate.names:
            entry = self._entries.get(name)
            if entry is not None and entry.current is certificate:
                return entry
        return None

    # Obtaining.

    def obtain(self, entry: Entry) -> Deferred[Delivered]:
        """Have a certificate obtained, if that is not under way; it is served from then on.

        What is returned fails only where handshakes wait for it.
        """
        if entry.working is None:
            terms, office = entry.terms, self._office
            gate = office.side_gate if entry.by_handshakes else office.gate
            entry.working = office.want(
                terms, lambda: Job(terms, entry.issuers, entry.place, self._house, gate)
            )
            entry.working.addBoth(self._ended, entry)
        return entry.working

    def _ended(self, result: Delivered | Failure, entry: Entry) -> Delivered | Failure | None:
        entry.working = None
        if isinstance(result, Delivered):
            self._take(entry, result)
            return result
        if entry.by_handshakes:
            return result
        if not isinstance(result.value, CancelledError):
            self._log.error("job failed", identifier=entry.terms.name, error=failed(result))
        return None

    def _take(self, entry: Entry, delivered: Delivered) -> None:
        old, entry.current, entry.info = entry.current, delivered.certificate, delivered.info
        self._store.replace(old, delivered.certificate)

    def _ask(self, entry: Entry) -> None:
        """Ask the CA that signed it whether it would like to renew it at another time."""
        current = entry.current
        issuer = next((i for i in entry.issuers if current and i.key == current.issuer), None)
        if current is None or issuer is None or entry.asking is not None:
            return

        async def ask() -> None:
            found = await issuer.renewal(current, entry.info)
            if found is None or entry.current is not current:
                return
            entry.info = found
            name = entry.terms.name
            stored = load(entry.place, current.issuer, name)
            if stored is not None:
                notes = {**stored.notes, "renewal_info": found.stored()}
                save_notes(entry.place, current.issuer, name, notes)

        def asked(result: Any) -> None:
            entry.asking = None
            self._asking -= 1
            if isinstance(result, Failure) and not isinstance(result.value, CancelledError):
                self._log.error("updating ARI", error=str(result.value))

        self._asking += 1
        work = entry.asking = begin(ask())
        work.addBoth(asked)

    def add_for_handshakes(self, entry: Entry) -> Entry:
        """Return the entry of a name that clients ask for; it is not looked after by itself."""
        return self._entries.setdefault(entry.terms.name, entry)

    def drop(self, entry: Entry) -> None:
        """Forget a name that has come to no certificate."""
        if entry.current is None and entry.working is None:
            self._entries.pop(entry.terms.name, None)

    def leave(self) -> None:
        """Want nothing any more; what another config wants too is gone on with."""
        for entry in reversed(tuple(self)):  # those first who wait for their turn
            for work in (entry.working, entry.asking):
                if work is not None:
                    work.cancel()

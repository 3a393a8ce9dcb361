"""Certificates that handshakes bring about: allowed, then loaded or obtained while they wait."""

from collections.abc import Callable
from typing import Any, Final

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from caddylite.context import House
from caddylite.tls.automation import Automation
from caddylite.tls.certificate import Certificate
from caddylite.tls.live.acme.ordered import Entry, Ordered
from caddylite.tls.live.permission import Denied, Permission
from caddylite.tls.live.waiting import begin

#: The most certificates that handshakes may bring about, and how many at a time.
MOST, _AT_A_TIME = 10_000, 256
#: Seconds that a handshake waits for its certificate.
_PATIENCE: Final = 180.0

#: A certificate, or why there is none.
Found = Certificate | str


class OnDemand:
    """Obtains what clients ask for; many who ask for one name wait for one certificate."""

    def __init__(self, automation: Automation, ordered: Ordered, house: House) -> None:
        self._ordered, self._house = ordered, house
        said = automation.on_demand
        asks = said is not None and (said.permission is not None or bool(said.ask))
        self.permission = Permission(said, house) if asks and said is not None else None
        self._log = house.logger("tls.on_demand")
        self._waiting: dict[str, list[Deferred[Found]]] = {}
        self._names: set[str] = set()

    def certificate(
        self, name: str, remote: str, make: Callable[[], Found | Entry]
    ) -> Found | Deferred[Found]:
        """Get a certificate. ``make`` is called when that is allowed.

        It signs one at once, or says who is to be asked for one.
        """
        if len(self._names) >= MOST and name not in self._names:
            return f"too many certificates were asked for; none for '{name}'"
        if self.permission is None:
            made = make()
            if not isinstance(made, Entry):
                self._names.add(name)
                return made
        waiting = self._waiting.get(name)
        out: Deferred[Found] = Deferred(lambda _: None)
        if waiting is not None:
            waiting.append(out)
            return out
        if len(self._waiting) >= _AT_A_TIME:
            return f"too many certificates are asked for; none for '{name}' now"
        self._waiting[name] = [out]
        work = begin(self._get(name, remote, make))
        work.addBoth(self._tell, name)
        return out

    def _tell(self, result: Any, name: str) -> None:
        if isinstance(result, Failure):
            if not isinstance(result.value, Denied | CancelledError):
                self._log.error(
                    "obtaining certificate on demand", identifier=name, error=str(result.value)
                )
            result = f"no certificate available for '{name}': {result.value}"
        if isinstance(result, Certificate):
            self._names.add(name)
        for out in self._waiting.pop(name, ()):
            if not out.called:
                out.callback(result)

    async def _get(self, name: str, remote: str, make: Callable[[], Found | Entry]) -> Found:
        await self._allowed(name, remote)
        made = make()
        if not isinstance(made, Entry):
            return made
        entry = self._ordered.add_for_handshakes(made)
        if entry.current is None and not self._ordered.load(entry):
            self._log.info("obtaining new certificate", server_name=name)
            await self._obtained(entry)
        if entry.current is None:
            self._ordered.drop(entry)
            return f"no certificate available for '{name}'"
        if self._ended(entry.current):
            await self._obtained(entry)
        return entry.current

    async def _allowed(self, name: str, remote: str) -> None:
        if self.permission is not None:
            self._house.logger("tls").debug(
                "asking for permission for on-demand certificate", remote_ip=remote, domain=name
            )
            await self.permission.check(name, remote)

    async def _obtained(self, entry: Entry) -> None:
        """Wait for a certificate, not for ever."""
        work = self._ordered.obtain(entry)
        timer = self._house.later(_PATIENCE, work.cancel)
        try:
            await work
        except CancelledError:
            pass
        finally:
            if timer.active():
                timer.cancel()

    def _ended(self, certificate: Certificate) -> bool:
        return self._house.clock() > certificate.not_after

    def looked_after(self, certificate: Certificate, remote: str) -> Found | Deferred[Found]:
        """Return a certificate that is served, renewed if need be: handshakes see to that."""
        entry = self._ordered.entry_of(certificate)
        if entry is None or not entry.by_handshakes or not self._ordered.due(entry):
            return certificate
        name = entry.terms.name
        if self._ended(certificate):
            return self.certificate(name, remote, lambda: entry)
        if name not in self._waiting and entry.working is None:
            self._waiting[name] = []  # nobody waits: there is one that is good
            begin(self._renew(entry, remote)).addBoth(self._tell, name)
        return certificate

    async def _renew(self, entry: Entry, remote: str) -> Found:
        await self._allowed(entry.terms.name, remote)
        await self._obtained(entry)
        return entry.current or f"no certificate available for '{entry.terms.name}'"

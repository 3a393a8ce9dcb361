"""One certificate on its way: tried until it is there, or nobody wants it any more."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore
from twisted.python.failure import Failure

from caddylite.context import House
from caddylite.tls.acme import renewal, schedule
from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.acme.keys import make_key, slow
from caddylite.tls.acme.renewal import RenewalInfo
from caddylite.tls.certificate import Certificate, Signer
from caddylite.tls.kinds import Issuer
from caddylite.tls.live.acme.issuers import LiveIssuer, Order
from caddylite.tls.live.acme.locking import Lock
from caddylite.tls.live.stored import Stored, load, save
from caddylite.tls.live.waiting import begin, pause
from caddylite.tls.storage import FileStorage


@dataclass(frozen=True, slots=True)
class Terms:
    """Which certificate is wanted, and how; two configs that agree share the work.

    ``root`` is where the storage lies, ``every`` how often certificates are looked at (seconds),
    ``ports`` where challenges are answered.
    """

    name: str
    issuers: tuple[Issuer, ...]
    root: str
    key_type: str = ""
    reuse_key: bool = False
    ratio: float = 0.0
    every: float = 600.0
    ports: tuple[int, int] = (80, 443)
    check_storage: bool = True


@dataclass(frozen=True, slots=True)
class Delivered:
    """A certificate, and when its CA would like to renew it."""

    certificate: Certificate
    info: RenewalInfo | None = None


def newest(
    place: FileStorage, issuers: Sequence[LiveIssuer], name: str
) -> tuple[Stored | None, str]:
    """Return the newest certificate that lies in the storage, and what is wrong with others."""
    found: Stored | None = None
    problem = ""
    for issuer in issuers:
        try:
            stored = load(place, issuer.key, name)
        except (ValueError, OSError) as e:
            problem = str(e)
            continue
        if stored is not None and name.strip("[]").lower() not in stored.certificate.names:
            problem = "it is for another name"
        elif stored is not None and (
            found is None or stored.certificate.not_before > found.certificate.not_before
        ):
            found = stored
    return found, problem


class Job:
    """Obtains or renews one certificate; ``gate`` lets only so many be at it at a time."""

    def __init__(
        self,
        terms: Terms,
        issuers: Sequence[LiveIssuer],
        place: FileStorage,
        house: House,
        gate: DeferredSemaphore,
    ) -> None:
        self.terms, self._issuers, self._place, self._house = terms, issuers, place, house
        self._gate = gate
        self._log, self._doing = house.logger("tls.obtain"), "Obtain"
        self._waiting: list[Deferred[Delivered]] = []
        self._running: Deferred[Delivered] | None = None

    def wait(self) -> Deferred[Delivered]:
        """Return what fires with the certificate; the job ends when nobody waits any more."""
        out: Deferred[Delivered] = Deferred(self._unwanted)
        self._waiting.append(out)
        return out

    def _unwanted(self, who: Deferred[Delivered]) -> None:
        if who in self._waiting:
            self._waiting.remove(who)
        running = self._running
        if not self._waiting and running is not None:
            running.cancel()

    def begin(self, ended: Callable[[], None]) -> None:
        """Start; ``ended`` is called when there is nothing left to do."""
        work = begin(self._run())
        self._running = work

        def finish(result: Any) -> None:
            ended()
            waiting, self._waiting, self._running = self._waiting, [], None
            for who in waiting:
                who.callback(result)  # a Failure goes to the errbacks

        work.addBoth(finish)

    async def _run(self) -> Delivered:
        """Try again and again, at longer and longer intervals."""
        await pause(self._house, 0)  # the servers of the same config shall listen first
        begun, failures = self._house.clock(), 0
        while True:
            try:
                await self._gate.acquire()
                try:
                    return await self._alone(failures)
                finally:
                    self._gate.release()
            except CancelledError:
                raise
            except Exception as e:
                failures += 1
                wait = max(schedule.pause(failures), getattr(e, "retry_after", 0.0))
                elapsed = self._house.clock() - begun
                facts = {
                    "error": self._words(e),
                    "attempt": failures,
                    "elapsed": elapsed,
                    "max_duration": schedule.LONGEST,
                }
                if elapsed + wait >= schedule.LONGEST:
                    self._log.error("final attempt; giving up", **facts)
                    raise
                self._log.error("will retry", **facts, retrying_in=wait)
            await pause(self._house, wait)

    def _words(self, error: Exception) -> str:
        said = str(error) if isinstance(error, ACMEError | OSError) else repr(error)
        return f"[{self.terms.name}] {self._doing}: {said}"

    async def _alone(self, failures: int) -> Delivered:
        """Try while no other program does; those that share the storage may between."""
        name = self.terms.name
        lock = Lock(self._place, f"issue_cert_{name}", self._house)
        self._log.info("acquiring lock", identifier=name)
        await lock.acquire()
        try:
            self._log.info("lock acquired", identifier=name)
            return await self._once(failures)
        finally:
            self._log.info("releasing lock", identifier=name)
            with suppress(OSError):
                lock.release()

    async def _once(self, failures: int) -> Delivered:
        name, now = self.terms.name, self._house.clock()
        stored, problem = newest(self._place, self._issuers, name)
        if problem:
            self._log.warn("replacing an unreadable certificate", identifier=name, error=problem)
        if stored is not None:
            info = renewal.from_storage(stored.notes.get("renewal_info"))
            found = stored.certificate
            if not renewal.due(found, info, now, self.terms.ratio, self.terms.every):
                self._log.info("certificate already exists in storage", identifier=name)
                return Delivered(found, info)
            self._log, self._doing = self._house.logger("tls.renew"), "Renew"
            left = found.not_after - now
            self._log.info("renewing certificate", identifier=name, remaining=left)
        else:
            self._log.info("obtaining certificate", identifier=name)
        self._check_storage()
        return await self._ask_all(Order(name, await self._key(stored), failures, stored))

    def _check_storage(self) -> None:
        """See that what is going to be issued can be kept."""
        if not self.terms.check_storage:
            return
        key, value = f"rw_test_{self._house.random.getrandbits(63)}", b"caddylite" * 1000
        try:
            self._place.store(key, value, sync=False)
            same = self._place.load(key) == value
            self._place.delete(key)
        except OSError as e:
            raise ACMEError(
                f"failed storage check: {e} - storage is probably misconfigured"
            ) from None
        if not same:
            raise ACMEError("failed storage check: it yields something else than was stored")

    async def _key(self, stored: Stored | None) -> Signer:
        if self.terms.reuse_key and stored is not None:
            return stored.certificate.key
        kind = self.terms.key_type
        if not slow(kind):
            return make_key(kind)
        from twisted.internet.threads import deferToThreadPool

        reactor = self._house.reactor
        made: Signer = await deferToThreadPool(reactor, reactor.getThreadPool(), make_key, kind)
        return made

    async def _ask_all(self, order: Order) -> Delivered:
        """Ask one issuer after the other; what the last one says counts."""
        problem = ACMEError("no issuers configured")
        for issuer in self._issuers:
            try:
                issued = await issuer.issue(order)
            except ACMEError as e:
                self._log.error(
                    "could not get certificate from issuer",
                    identifier=order.name,
                    issuer=issuer.key,
                    error=str(e),
                )
                e.retry_after = max(e.retry_after, problem.retry_after)
                problem = e
                continue
            try:
                save(self._place, order.name, issued.certificate, issued.notes)
            except OSError as e:  # it is served all the same: another would cost as much
                self._log.error("saving assets", identifier=order.name, error=str(e))
            verb = "renewed" if order.before is not None else "obtained"
            self._log.info(
                f"certificate {verb} successfully", identifier=order.name, issuer=issuer.key
            )
            return Delivered(issued.certificate, issued.info)
        raise problem


def failed(failure: Failure) -> str:
    """Say in a few words why a job has come to nothing."""
    return "cancelled" if isinstance(failure.value, CancelledError) else str(failure.value)

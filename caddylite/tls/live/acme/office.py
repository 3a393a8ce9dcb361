"""What there is once in a program, whatever config it serves: it is handed on at a reload."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from twisted.internet.defer import Deferred, DeferredSemaphore

from caddylite.context import House
from caddylite.tls.acme.preferences import Preferences
from caddylite.tls.acme.schedule import Throttle
from caddylite.tls.live.acme.answers import Answers
from caddylite.tls.live.acme.job import Delivered, Job, Terms
from caddylite.tls.live.acme.listening import Listeners
from caddylite.tls.live.fetching import Fetcher

#: How many certificates are worked at, at a time; the others wait without a lock.
AT_A_TIME: Final = 100


class Office:
    """The challenges being answered, the certificates being obtained, and what was learnt.

    ``fetcher(house, roots)`` makes what talks to CAs. ``gate`` keeps those who obtain many
    certificates from doing so all at once; the ``side_gate`` is for those whom clients wait for.
    """

    def __init__(self, random: Random, fetcher: Callable[..., Any] = Fetcher) -> None:
        self.answers, self.listeners = Answers(), Listeners()
        self.preferences = Preferences(random)
        self.fetcher = fetcher
        self.gate, self.side_gate = DeferredSemaphore(AT_A_TIME), DeferredSemaphore(AT_A_TIME)
        self._throttles: dict[tuple[str, str], Throttle] = {}
        self._jobs: dict[tuple[str, str], list[Job]] = {}

    @classmethod
    def of(cls, house: House) -> "Office":
        """Return the program's office."""
        found = house.kept.get("acme")
        if not isinstance(found, Office):
            found = house.kept["acme"] = Office(house.random)
        return found

    def throttle(self, ca: str, email: str) -> Throttle:
        """Return what keeps the orders of an account apart."""
        return self._throttles.setdefault((ca, email), Throttle())

    def want(self, terms: Terms, make: Callable[[], Job]) -> Deferred[Delivered]:
        """Have a certificate obtained: by the job that is at it on the same terms, or a new one.

        Cancel what is returned when it is not wanted any more.
        """
        place = terms.root, terms.name
        jobs = self._jobs.setdefault(place, [])
        for job in jobs:
            if job.terms == terms:
                return job.wait()
        job = make()
        jobs.append(job)
        waiting = job.wait()
        job.begin(lambda: self._ended(place, job))
        return waiting

    def _ended(self, place: tuple[str, str], job: Job) -> None:
        jobs = self._jobs[place]
        jobs.remove(job)
        if not jobs:
            del self._jobs[place]

    @property
    def busy(self) -> int:
        """How many certificates are being obtained."""
        return sum(map(len, self._jobs.values()))

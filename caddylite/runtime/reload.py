"""Another config in the running program: built beside the old one, then put in its place.

Listening sockets whose addresses stay are handed over, so that no connection is refused; those
that were accepted end with the old config, which goes when the last of them has. A config that
cannot be used changes nothing.
"""

from collections.abc import Callable
from typing import Any

from caddylite.caddy.config import Config
from caddylite.runtime.check import refuse_shared_addresses
from caddylite.runtime.house import RunningHouse
from caddylite.runtime.logging.opening import Logs
from caddylite.runtime.logging.writers import Writers
from caddylite.runtime.logs import LogBook
from caddylite.runtime.service import Service


class Program:
    """The config that is served, and those before it that still have connections.

    ``make_house`` makes the house of each config; they share reactor, watch and logs.
    """

    def __init__(
        self, reactor: Any, book: LogBook, make_house: Callable[..., RunningHouse] = RunningHouse
    ) -> None:
        self._reactor, self._book, self._make_house = reactor, book, make_house
        self._writers = Writers()
        self._logs = Logs(self._writers)
        self.service: Service | None = None
        self.leaving: set[Service] = set()
        #: Called when an old config has gone.
        self.settled: Callable[[], object] = lambda: None

    def load(self, config: Config, source: Any = None) -> None:
        """Serve a config. ConfigError (or a mistake of ours) leaves everything as it was."""
        refuse_shared_addresses(config, source)
        previous = self.service
        logs = Logs(self._writers).open(config.logging)
        old_logs, before = self._logs, self._book.logs
        self._book.replace(logs.logs)  # what is said while it is built belongs to the new logs
        watch = previous.house.watch if previous is not None else None
        house = self._make_house(self._reactor, self._book, watch=watch)
        if previous is not None:
            house.ourselves = previous.house.ourselves  # the listeners are the program's
            house.peers = previous.house.peers  # and so is what is known of upstreams
            house.hosts = previous.house.hosts
            house.kept = previous.house.kept
        service = Service(config, house)
        try:
            service.build()
            service.start(previous)
        except BaseException:
            self._book.replace(before)
            logs.close()
            for call in house.stopping():
                call()
            raise
        self.service, self._logs = service, logs
        old_logs.close()
        if previous is not None:
            self.leaving.add(previous)
            previous.retire(lambda: self._gone(previous))

    def _gone(self, service: Service) -> None:
        self.leaving.discard(service)
        self.settled()

    def stop(self, finished: Callable[[], object]) -> None:
        """Stop all of them, politely, then call ``finished``."""
        waiting = {s for s in (self.service, *self.leaving) if s is not None}
        if not waiting:
            finished()

        def one(service: Service) -> None:
            waiting.discard(service)
            self.leaving.discard(service)
            if not waiting:
                finished()

        for service in tuple(waiting):
            service.stop(lambda service=service: one(service))  # type: ignore[misc]

    def abort(self) -> None:
        """End every connection now."""
        for service in (self.service, *self.leaving):
            if service is not None:
                service.abort()

    def close_logs(self) -> None:
        """Close the files and sockets of the logs; what is logged from now on is lost."""
        self._book.replace([])
        self._logs.close()

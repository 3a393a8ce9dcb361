"""The connections of a server: counted, limited, logged."""

from collections.abc import Callable
from typing import Any

from caddylite.context import DEBUG
from caddylite.layer4.live.flow import NOBODY, Flow
from caddylite.layer4.matching import address_text


class Connections:
    """The connections of one server: counted, limited, logged."""

    def __init__(self, house: Any, logger: str, server: str, maximum: int | None = None) -> None:
        self.house, self.server = house, server
        self.label = f"{logger}/{server}"  # no other in the house has it
        self.maximum = house.caps.connections if maximum is None else maximum
        self.active: set[Flow] = set()
        self.total = self.read = self.written = self.refused = 0
        self.log = house.logger(logger)
        self.access = house.logger(f"{logger}.access")
        self.access_on = self.access.asked_for()
        house.connections.append(self)
        #: Is the end of a connection written to a log?
        self.remembers = True
        self.emptied: Callable[[], None] | None = None

    def quick(self) -> bool:
        """Is there nothing to check or write when a connection begins? Asked once a batch."""
        debug = self.log.level <= DEBUG
        self.remembers = debug or self.access_on
        return not debug and not self.maximum

    def opened(self, flow: Flow) -> bool:
        """Count a connection in; False (and it is closed) when there are too many."""
        if self.maximum and len(self.active) >= self.maximum:
            self.refused += 1
            flow.owner = None
            flow.abort("too many connections")
            return False
        self.total += 1
        self.active.add(flow)
        if self.log.level <= DEBUG:
            self.log.debug("started handling connection", **self._ends(flow))
        return True

    def closed(self, flow: Flow) -> None:
        """Count it out and write its record."""
        self.active.discard(flow)
        self.read += flow.read
        self.written += flow.written
        if self.remembers and flow.cx is not NOBODY:
            self._record(flow)
        if self.emptied is not None and not self.active:
            self.emptied()

    def _ends(self, flow: Flow) -> dict[str, Any]:
        cx = flow.cx
        return {
            "network": cx.network,
            "local": address_text(cx.local),
            "remote": address_text(cx.remote),
        }

    def _record(self, flow: Flow) -> None:
        fields = {
            **self._ends(flow),
            "read": flow.read,
            "written": flow.written,
            "duration": round(self.house.clock() - flow.cx.started, 6),
            "server": self.server,
            "route": flow.route,
        }
        if flow.why:
            fields["reason"] = flow.why
        self.log.debug("stopped handling connection; connection stats", **fields)
        if self.access_on:
            self.access.info("handled connection", **fields)

    def crashed(self, flow: Flow, error: Exception) -> None:
        """A bug of ours: log it, end that connection, nothing else."""
        from twisted.logger import Logger

        Logger().failure("a layer4 handler failed")
        self.log.error("handling connection", error=repr(error))
        flow.abort("internal error")

"""``subroute``: routes within a route."""

from caddylite.layer4.handlers.subroute import Subroute as SubrouteConfig
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.flow import Flow


class Subroute(Live[SubrouteConfig]):
    """Routes by its own list and its own matching timeout; what none wants goes on."""

    def prepare(self, builder: Builder) -> None:
        """Build the list."""
        timeout = self.ir.matching_timeout.seconds
        self.selector = builder.selector(self.ir.routes, self.nxt, timeout, f"{self.label}/")

    def __call__(self, flow: Flow) -> None:
        """Route."""
        self.selector(flow)

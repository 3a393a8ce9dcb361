"""``subroute``: routes within a route."""

from caddylite.errors import ConfigError
from caddylite.layer4.handlers.subroute import Subroute as SubrouteConfig
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.flow import Flow


class Subroute(Live[SubrouteConfig]):
    """Routes by its own list and its own matching timeout; what none wants goes on."""

    def prepare(self, builder: Builder) -> None:
        """Build the list."""
        timeout = self.ir.matching_timeout.seconds
        try:
            self.selector = builder.selector(self.ir.routes, self.nxt, timeout, f"{self.label}/")
        except ConfigError as e:
            raise e.wrap("setting up subroutes: ") from None

    def __call__(self, flow: Flow) -> None:
        """Route."""
        self.selector(flow)

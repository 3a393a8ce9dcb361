"""``vars``: sets variables."""

from caddylite.layer4.handlers.vars import Vars as VarsConfig
from caddylite.layer4.live.building import Live
from caddylite.layer4.live.flow import Flow


class Vars(Live[VarsConfig]):
    """Sets the variables and passes the flow on."""

    def __call__(self, flow: Flow) -> None:
        """Set them."""
        self.ir.apply(flow.cx)
        self.nxt(flow)

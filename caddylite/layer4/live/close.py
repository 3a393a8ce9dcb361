"""``close``: ends the connection."""

from typing import ClassVar

from caddylite.layer4.handlers.close import Close as CloseConfig
from caddylite.layer4.live.building import Live
from caddylite.layer4.live.flow import Flow


class Close(Live[CloseConfig]):
    """Closes in order: what was written before still arrives."""

    passes_on: ClassVar[bool] = False

    def __call__(self, flow: Flow) -> None:
        """Close."""
        flow.close("closed by the close handler")

"""Waiting for so many bytes of a flow, for handlers that speak before they pass it on."""

from collections.abc import Callable
from typing import Any, Final

from caddylite.layer4.live.flow import Flow

#: Seconds a client may take for the bytes a handler needs.
SECONDS: Final = 10.0


class Collect:
    """Calls ``done(flow)`` once ``enough(flow.data)``; closes the flow where that never comes."""

    __slots__ = ("_deadline", "_done", "_enough", "_flow", "_what")

    def __init__(
        self,
        flow: Flow,
        house: Any,
        enough: Callable[[bytes], bool],
        done: Callable[[Flow], None],
        what: str,
    ) -> None:
        self._flow, self._enough, self._done, self._what = flow, enough, done, what
        self._deadline: Any = None
        if enough(flow.data):
            done(flow)
        elif flow.ended:
            flow.close(f"{what}: unexpected EOF")
        else:
            self._deadline = house.timeouts(SECONDS).add(self._late)
            flow.watch(self)

    def more(self) -> None:
        """Look again."""
        if self._enough(self._flow.data):
            self._stop()
            self._done(self._flow)

    def ended(self) -> None:
        """It will never be enough."""
        self._stop()
        self._flow.close(f"{self._what}: unexpected EOF")

    def lost(self) -> None:
        """The connection is gone."""
        self._deadline[1] = None

    def _late(self) -> None:
        self._flow.unwatch()
        self._flow.close(f"{self._what}: timed out")

    def _stop(self) -> None:
        self._deadline[1] = None
        self._flow.unwatch()

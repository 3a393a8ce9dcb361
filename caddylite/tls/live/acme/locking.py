"""The locks of certmagic's file storage, so that Caddy can work on the same folder.

A lock is a file that its holder touches every few seconds; one that is older has been left behind.
"""

import json
import os
from datetime import UTC, datetime
from typing import Any, Final

from caddylite.context import House
from caddylite.tls.live.waiting import pause
from caddylite.tls.storage import FileStorage, safe

#: Seconds between two touches, and the age at which a lock is taken to be left behind.
_FRESH, _STALE = 5.0, 10.0
#: Seconds between two looks at another's lock.
_LOOK: Final = 1.0


class Lock:
    """One lock; nobody is kept waiting by it but those who wait for it."""

    def __init__(self, place: FileStorage, name: str, house: House) -> None:
        self._path = place.path(f"locks/{safe(name)}.lock")
        self._place, self._house = place, house
        self._timer: Any = None
        self._created = ""

    async def acquire(self) -> None:
        """Wait until it is ours; OSError if it cannot be made."""
        while not self._take():
            await pause(self._house, _LOOK)
        self._keep()

    def _take(self) -> bool:
        self._place.make_folder(self._path.parent)
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            if self._left_behind():
                self._path.unlink(missing_ok=True)
            return False
        with os.fdopen(handle, "w") as out:
            self._created = self._now()
            out.write(self._text())
        return True

    def _left_behind(self) -> bool:
        """Has its holder gone? By what it says, or by the file's age where it says nothing."""
        try:
            age = self._house.clock() - self._path.stat().st_mtime
            text = self._path.read_bytes()[:2048]
        except OSError:
            return False
        try:
            said = json.loads(text)
            touched = datetime.fromisoformat(said.get("updated") or said["created"])
            age = self._house.clock() - touched.timestamp()
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # being written, or broken
        return age > _STALE

    def _now(self) -> str:
        return datetime.fromtimestamp(self._house.clock(), UTC).isoformat()

    def _text(self) -> str:
        return json.dumps({"created": self._created, "updated": self._now()}) + "\n"

    def _keep(self) -> None:
        self._timer = self._house.later(_FRESH, self._touch)

    def _touch(self) -> None:
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_TRUNC)
        except OSError:
            return  # taken away: there is nothing left to keep
        with os.fdopen(handle, "w") as out:
            out.write(self._text())
        self._keep()

    def release(self) -> None:
        """Let others have it."""
        timer, self._timer = self._timer, None
        if timer is not None:
            if timer.active():
                timer.cancel()
            self._path.unlink(missing_ok=True)

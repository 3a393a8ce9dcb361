"""Reads a body ahead of whoever takes it (``request_buffers``, ``response_buffers``)."""

from caddylite.http.live.exchange import Readable


class Buffered:
    """What was read ahead, then the rest; ``length`` is known if it was read whole."""

    def __init__(self, first: bytes, rest: Readable | None, length: int | None) -> None:
        self._first, self._rest, self.length = first, rest, length
        self.taken = 0

    @property
    def trailers(self) -> list[tuple[str, str]]:
        """What came behind the body."""
        return self._rest.trailers if self._rest is not None else []

    async def read(self) -> bytes:
        """Return the next bytes."""
        data, self._first = self._first, b""
        if not data and self._rest is not None:
            data = await self._rest.read()
        self.taken += len(data)
        return data


async def buffered(body: Readable, limit: int) -> Buffered:
    """Read up to so many bytes ahead (negative: all of it)."""
    parts: list[bytes] = []
    size = 0
    while limit < 0 or size < limit:
        data = await body.read()
        if not data:
            return Buffered(b"".join(parts), None, size)
        parts.append(data)
        size += len(data)
    return Buffered(b"".join(parts), body, getattr(body, "length", None))

"""``throttle``: slows down what comes from the client."""

from collections import deque
from collections.abc import Callable
from typing import Any

from caddylite.errors import ConfigError
from caddylite.layer4.handlers.throttle import Throttle as ThrottleConfig
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.half_close import read_ended
from caddylite.layer4.live.layer import Layer


class Bucket:
    """A token bucket: ``rate`` bytes a second, ``burst`` at once. A rate of 0 never refills."""

    __slots__ = ("_last", "_now", "burst", "rate", "tokens")

    def __init__(self, rate: float, burst: int, now: Callable[[], float]) -> None:
        self.rate, self.burst, self._now = rate, burst, now
        self.tokens = float(burst)
        self._last = now()

    def wait(self, size: int) -> float:
        """Return the seconds until ``size`` bytes may pass (infinite: never)."""
        now = self._now()
        self.tokens = min(self.burst, self.tokens + (now - self._last) * self.rate)
        self._last = now
        missing = size - self.tokens
        if missing <= 1e-9:
            return 0.0
        return missing / self.rate if self.rate > 0 else float("inf")

    def take(self, size: int) -> None:
        """Let bytes pass."""
        self.tokens -= size


class Throttle(Live[ThrottleConfig]):
    """Bytes from the client pass at the rate of this connection and of all together."""

    def prepare(self, builder: Builder) -> None:
        """Check the numbers; a burst that is not given is one second's worth."""
        ir = self.ir
        if ir.read_bytes_per_second < 0:
            raise ConfigError(f"bytes per second must be at least 0: {ir.read_bytes_per_second:f}")
        if ir.total_read_bytes_per_second < 0:
            raise ConfigError(
                f"total bytes per second must be at least 0: {ir.total_read_bytes_per_second:f}"
            )
        self.burst = _burst(ir.read_bytes_per_second, ir.read_burst_size, "burst size")
        total = _burst(
            ir.total_read_bytes_per_second, ir.total_read_burst_size, "total burst size"
        )
        now = self.house.monotonic
        self.total = Bucket(ir.total_read_bytes_per_second, total, now) if total else None

    def __call__(self, flow: Flow) -> None:
        """Put the throttle between, after the latency."""
        buckets = [self.total] if self.total is not None else []
        if self.burst:
            rate = self.ir.read_bytes_per_second
            buckets.append(Bucket(rate, self.burst, self.house.monotonic))
        flow.serve(_Throttled(flow, self.nxt, self.house, buckets, self.ir.latency.seconds))


def _burst(rate: float, burst: int, name: str) -> int:
    if burst < 0:
        raise ConfigError(f"{name} must be greater than 0: {burst}")
    if not burst and rate >= 1 << 63:  # Go's conversion to an integer wraps around
        raise ConfigError(f"{name} must be greater than 0: {1 - (1 << 63)}")
    return burst or (int(rate) + 1 if rate > 0 else 0)


class _Throttled(Layer):
    """Holds what may not pass yet; the transport is paused meanwhile."""

    def __init__(
        self, outer: Flow, nxt: Any, house: Any, buckets: list[Bucket], latency: float
    ) -> None:
        super().__init__(outer, nxt, house)
        self._buckets, self._latency = buckets, latency
        self._held = b""
        #: The sizes of the datagrams held: each passes whole.
        self._sizes: deque[int] | None = deque() if outer.cx.is_datagram else None
        self._timer: Any = None
        self._paused = False  # by the flow inside
        self._ended = False

    def connectionMade(self) -> None:
        """Start, after the latency."""
        self._hold_below()
        if self._latency > 0:
            self._timer = self.house.later(self._latency, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        self._timer = None
        self.begin()
        self._pass()

    def dataReceived(self, data: bytes) -> None:
        """Hold it until it may pass."""
        self._held += data
        if self._sizes is not None and data:
            self._sizes.append(len(data))
        if self._timer is None:
            self._pass()

    def _pass(self) -> None:
        """Pass on what may pass now."""
        while self._held and not self._paused:
            size = self._piece()
            seconds = max((b.wait(min(size, b.burst)) for b in self._buckets), default=0.0)
            if seconds > 0:
                self._hold_below()
                if seconds < float("inf"):
                    self._timer = self.house.later(seconds, self._again)
                return
            for bucket in self._buckets:
                bucket.take(size)
            if self._sizes is not None:
                self._sizes.popleft()
            data, self._held = self._held[:size], self._held[size:]
            self.inner.dataReceived(data)
        if self._paused:
            return
        if self._ended:
            if not self._held:
                self._ended = False
                read_ended(self.inner, self)
        else:
            self.transport.resumeProducing()

    def _piece(self) -> int:
        """Return how many bytes pass at once: a datagram, or what no burst is smaller than."""
        if self._sizes is not None:
            return self._sizes[0]
        return min([len(self._held), *(b.burst for b in self._buckets)])

    def _again(self) -> None:
        self._timer = None
        self._pass()

    def _hold_below(self) -> None:
        self.transport.pauseProducing()

    def readConnectionLost(self) -> None:
        """The end comes after what is held."""
        self.read_over = self._ended = True
        if self._timer is None:
            self._pass()

    def connectionLost(self, reason: Any = None) -> None:
        """Stop."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        self._held = b""
        super().connectionLost(reason)

    def pauseProducing(self) -> None:
        """The flow inside takes no more for now."""
        self._paused = True
        self._hold_below()

    def resumeProducing(self) -> None:
        """It takes more."""
        self._paused = False
        if self._timer is None:
            self._pass()

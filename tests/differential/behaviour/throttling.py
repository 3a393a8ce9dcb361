"""The ``throttle`` handler: times within a quarter of what they ought to be."""

import time
from typing import Any

from tests.differential.behaviour.ends import connect, some, talk, until
from tests.differential.behaviour.handlers import ECHO, proxy
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import Stage

table = Table()


def rate(at: int, size: int) -> float:
    """Send so much and wait for the echo of all; return how many seconds it took."""
    from threading import Thread

    with connect(at, seconds=20) as sock:
        start = time.monotonic()
        Thread(target=sock.sendall, args=(b"x" * size,), daemon=True).start()
        got = some(sock, size, 20)
        assert len(got) == size, got[-10:]
        return time.monotonic() - start


def near(value: float, wanted: float) -> Any:
    """Is a time about what it ought to be? If not, the time."""
    return True if 0.75 * wanted <= value <= 1.25 * wanted + 0.15 else round(value, 2)


@table()
def throttled_to_a_rate(s: Stage) -> Play:
    at = s.serve(
        {"handler": "throttle", "read_bytes_per_second": 40_000, "read_burst_size": 4_000}, ECHO
    )
    yield
    return near(rate(at, 84_000), 2)


@table()
def throttled_with_the_default_burst(s: Stage) -> Play:
    at = s.serve({"handler": "throttle", "read_bytes_per_second": 20_000}, ECHO)
    yield
    return near(rate(at, 60_000), 2)


@table()
def throttled_together(s: Stage) -> Play:
    from concurrent.futures import ThreadPoolExecutor

    throttle = {"total_read_bytes_per_second": 40_000, "total_read_burst_size": 4_000}
    at = s.serve({"handler": "throttle", **throttle}, ECHO)
    yield
    with ThreadPoolExecutor(2) as threads:
        start = time.monotonic()
        list(threads.map(lambda size: rate(at, size), (40_000, 40_000)))
        return near(time.monotonic() - start, 2)


@table()
def latency(s: Stage) -> Play:
    at = s.serve({"handler": "throttle", "latency": "700ms"}, proxy(s.backend()))
    yield
    with connect(at) as sock:
        start = time.monotonic()
        return some(sock, 2), near(time.monotonic() - start, 0.7)


@table()
def a_throttle_that_does_nothing(s: Stage) -> Play:
    at = s.serve({"handler": "throttle"}, ECHO)
    yield
    return talk(at, b"abc")


@table()
def a_burst_without_a_rate(s: Stage) -> Play:
    """A bucket that is never filled again."""
    at = s.serve({"handler": "throttle", "read_burst_size": 4}, ECHO)
    yield
    return [talk(at, b"abcdefg", half=half, seconds=1) for half in (True, False)]


@table("`throttle`", ["abc", True])
def a_throttle_and_a_few_bytes(s: Stage) -> Play:
    at = s.serve({"handler": "throttle", "read_bytes_per_second": 1000}, ECHO)
    yield
    with connect(at) as sock:
        start = time.monotonic()
        for byte in b"abc":
            sock.sendall(bytes((byte,)))
            until(lambda: False, 0.05)
        return [some(sock, 3), time.monotonic() - start < 0.7]

"""Spoilt and made-up bytes into each wire parser: no exception, and an answer once given stays.

``CADDYLITE_FUZZ`` is the time for each parser and way, in seconds (1 if not said): recordings
spoilt by hypothesis and, where it is installed, what atheris finds by coverage.
"""

import os
import time
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.searching import searched
from tests.fuzz.wire_targets import CHECKS, SAMPLES

SECONDS = float(os.environ.get("CADDYLITE_FUZZ", "1"))


@st.composite
def spoilt(draw):
    """A sample with bytes changed, taken out, doubled or swapped; or two of them; or noise."""
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 6))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        kind = draw(st.integers(0, 4))
        if kind == 0:
            data[at] = draw(st.integers(0, 255))
        elif kind == 1:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == 2:
            del data[at : at + draw(st.integers(1, 9))]
        elif kind == 3:
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
        else:
            data[at : at + 4] = draw(
                st.sampled_from([b"\xff" * 4, bytes(4), b"\r\n\r\n", b"\0\1"])
            )
    if draw(st.booleans()):
        data = data[: draw(st.integers(0, len(data)))]
    if draw(st.integers(0, 5)) == 0:
        data += draw(st.sampled_from(SAMPLES))
    return bytes(data)


inputs = st.one_of(spoilt(), spoilt(), spoilt(), st.binary(max_size=400))


@pytest.mark.timeout(max(120, SECONDS * 4))
@pytest.mark.parametrize("name", CHECKS)
def test_nothing_breaks_it(name):
    check_it = CHECKS[name]
    end = time.monotonic() + SECONDS

    @settings(
        max_examples=200, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(inputs, st.integers(0, 2000))
    def check(data: bytes, cut: int) -> None:
        if time.monotonic() < end:
            check_it(data, cut)

    while time.monotonic() < end:
        check()


@pytest.mark.timeout(SECONDS * 4 + 120)
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("name", CHECKS)
def test_by_coverage(name, tmp_path):
    seeds = [data + b"\0\x10" for data in SAMPLES]
    searched(f"wire:{name}", seeds, tmp_path, SECONDS, "-seed=1", "-max_len=3000")

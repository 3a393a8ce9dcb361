"""Nothing but ConfigError comes out of the front end and the JSON reader, whatever goes in.

``CADDYLITE_FUZZ_SECONDS`` (default 3) is the time for each target and way: texts of the project
cut, joined and changed by chance; texts made by hypothesis; and, where it is installed, what
atheris finds by coverage. ``CADDYLITE_FUZZ_SEED`` makes another run.
"""

import os
import random
import time
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.searching import searched
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

SECONDS = float(os.environ.get("CADDYLITE_FUZZ_SECONDS", "3"))
SEED = int(os.environ.get("CADDYLITE_FUZZ_SEED", "0"))
PIECES = [
    "{", "}", "\n", "\t", " ", '"', "`", "\\", "<<", "<<EOF\n", "EOF", "#", ",", ":", "@m", "{$X}",
    "{$X:y}", "import ", "{args[0]}", "{args[:]}", "{block}", "(s) {\n", "&(r) {\n", "*", "/", "[",
    "]", "null", "true", "0", "-1", "1e999", "\x00", "\ufeff", "\r\n", "\udc80", "\U0001f600",
    "{http.request.host}", "-", "+", "~", "?", "http://", "https://", ":99999", "unix//", "@id",
    '"@id":1,', "\\ud800", "layer4 {\n", "route", "not ", "99999999999999999999",
]  # fmt: skip


def mutated(text: str, others: list[str], chance: random.Random) -> str:
    """Change a text in a few places."""
    for _ in range(chance.randint(1, 4)):
        a, b = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        b = min(b, a + chance.choice([0, 1, 2, 5, 20, 200]))
        how = chance.randrange(5)
        if how == 0:
            text = text[:a] + text[b:]
        elif how == 1:
            text = text[:a] + chance.choice(PIECES) + text[b:]
        elif how == 2:
            other = chance.choice(others)
            start = chance.randint(0, len(other))
            text = text[:a] + other[start : start + chance.choice([5, 30, 200])] + text[b:]
        elif how == 3:
            words = text.split(" ")
            i, j = chance.randrange(len(words)), chance.randrange(len(words))
            words[i], words[j] = words[j], words[i]
            text = " ".join(words)
        else:
            text = text[:a] + text[a:b] * 2 + text[b:]
    return text


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Let `import *` and the like find nothing."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.timeout(SECONDS * 3 + 120)
@pytest.mark.parametrize("name", TARGETS)
def test_changed_texts(name):
    seeds = SEEDS[name]()
    chance = random.Random(SEED)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        text = mutated(chance.choice(seeds), seeds, chance)
        try:
            TARGETS[name](text)
        except Exception as e:
            pytest.fail(f"{type(e).__name__}: {e}\n{text!r}")


@pytest.mark.timeout(SECONDS * 3 + 120)
@pytest.mark.parametrize("name", TARGETS)
def test_made_texts(name):
    end = time.monotonic() + SECONDS
    text = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join)

    @settings(
        max_examples=max(100, int(SECONDS * 300)), deadline=None, database=None,
        suppress_health_check=list(HealthCheck), derandomize=SEED == 0,
    )  # fmt: skip
    @given(text)
    def run(made: str) -> None:
        if time.monotonic() < end:
            TARGETS[name](made)

    run()


@pytest.mark.timeout(SECONDS * 3 + 120)
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("name", TARGETS)
def test_by_coverage(name, tmp_path):
    seeds = [text.encode("utf-8", "surrogateescape") for text in SEEDS[name]()]
    searched(name, seeds, tmp_path, SECONDS, f"-seed={SEED + 1}", "-max_len=2000")

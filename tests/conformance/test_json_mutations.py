"""Slightly wrong JSON configs: what Caddy cannot decode we refuse, what it starts we read.

How many are tried: ``CADDYLITE_JSON_MUTATIONS`` (default 60). Caddy's own ``validate`` is asked;
what it refuses for other reasons than the form (a file that is not there) decides nothing.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from caddylite.adapt.compile import from_json
from caddylite.errors import ConfigError
from tests.conformance.cases import FOLDER
from tests.conformance.json_mutations import mutate
from tests.conformance.test_round_trip import OUTPUTS

_BESIDE_PYTHON = Path(sys.executable).parent / "caddy"
CADDY = shutil.which("caddy") or (str(_BESIDE_PYTHON) if _BESIDE_PYTHON.exists() else None)
pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no cases at {FOLDER}"),
    pytest.mark.skipif(CADDY is None, reason="no caddy program here"),
]

_COUNT = int(os.environ.get("CADDYLITE_JSON_MUTATIONS", "60"))
#: (``mock`` is a module of Caddy's own tests.)
_SOURCES = [
    c.wanted
    for c in OUTPUTS
    if c.group in ("docs", "caddy") and c.wanted.strip() != "{}" and '"mock"' not in c.wanted
]
#: How Caddy says that the form is wrong.
_FORM = re.compile(
    r"json: |unknown module|module name not specified|value cannot be null|invalid duration"
    r"|decoding config"
)


def real_answer(text: str, file: Path) -> str:
    """Return why Caddy refuses a config, or nothing."""
    file.write_text(text)
    done = subprocess.run(
        [str(CADDY), "validate", "--config", str(file)],
        capture_output=True, text=True, timeout=10, check=False,
        env={"HOME": str(file.parent), "PATH": "/usr/bin:/bin"}, cwd=file.parent,
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    last = done.stderr.strip().splitlines()[-1]
    return json.loads(last)["msg"] if last.startswith("{") else "panic"


@pytest.mark.parametrize("seed", range(_COUNT))
def test_decodes_what_caddy_decodes(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    config = json.loads(chance.choice(_SOURCES))
    changed = mutate(config, chance)
    text = json.dumps(config)
    theirs = real_answer(text, tmp_path / "c.json")
    try:
        from_json(text)
        ours = ""
    except ConfigError as e:
        ours = str(e)
    said = f"{changed}\nCaddy: {theirs}\ncaddylite: {ours}\n{text}"
    if not theirs:
        assert not ours, said
    elif _FORM.search(theirs):
        assert ours, said

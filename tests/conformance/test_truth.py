"""Who answers whom, over real sockets: the harness beside the cases runs ``caddylite run``.

``tests/testing/caddy_l4/test_truth.py`` asks the router alone about all the recorded answers; this
runs the program. ``CADDYLITE_TRUTH`` is ``all`` (two minutes) or ids with blanks between.
The harness uses fixed ports, so it runs in a network namespace of its own, where that can be had.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.cases import FOLDER
from tests.e2e.programs import need

HARNESS = FOLDER / "l4truth.py"
#: A wrapper, UDP, and those where the real program lets the cut decide.
DEFAULT = "010s 032 052 118"

pytestmark = pytest.mark.skipif(
    not HARNESS.exists(), reason=f"no {HARNESS} (set CADDYLITE_CONFORMANCE)"
)


def idents() -> list[str]:
    asked = os.environ.get("CADDYLITE_TRUTH") or DEFAULT
    return [] if asked == "all" else asked.split()


@pytest.mark.timeout(600)
def test_the_program_reaches_who_was_recorded(tmp_path):
    unshare = need("unshare", "util-linux")
    alone = [unshare, "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("network namespaces cannot be made here, and the harness has fixed ports")
    command = tmp_path / "caddylite"
    root = Path(__file__).parents[2]
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m caddylite.cli.main "$@"\n'
    )
    command.chmod(0o755)
    check = [sys.executable, str(HARNESS), "check", str(command), str(FOLDER / "layer4")]
    done = subprocess.run([*alone, *check, *idents()], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "as recorded" in done.stdout

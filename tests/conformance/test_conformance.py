"""``adapt`` makes of every case what Caddy made of it, text for text."""

import json
from pathlib import Path

import pytest

from tests.conformance.cases import FOLDER, Case, difference, golden, recorded, run

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no cases at {FOLDER} (set CADDYLITE_CONFORMANCE)"
)

Note = pytest.FixtureRequest


def note(request: Note, case: Case) -> None:
    """Say which case a test is about, for the table at the end."""
    request.node.user_properties += [("conformance", case.group), ("case", case.name)]


def compare(case: Case) -> None:
    got, failed = run(case)
    if failed != case.fails:
        pytest.fail(f"Caddy says:\n{case.wanted}\ncaddylite says:\n{got}", pytrace=False)
    if got.strip() != case.wanted.strip():
        pytest.fail(difference(case.wanted, got), pytrace=False)


@pytest.mark.usefixtures("beside_the_certificates")
@pytest.mark.parametrize("case", list(golden("caddy")), ids=str)
def test_caddy(case: Case, request: Note) -> None:
    note(request, case)
    if case.fails:
        got, failed = run(case)
        assert failed, f"Caddy refuses it: {case.wanted}"
        assert case.wanted in got
    else:
        compare(case)


@pytest.mark.parametrize("case", list(golden("caddy-l4")), ids=str)
def test_caddy_l4(case: Case, request: Note) -> None:
    note(request, case)
    compare(case)


@pytest.mark.usefixtures("bare_environment")
@pytest.mark.parametrize("case", list(recorded("docs")), ids=str)
def test_docs(case: Case, request: Note, monkeypatch: pytest.MonkeyPatch) -> None:
    note(request, case)
    monkeypatch.chdir(Path(FOLDER, "docs"))
    compare(_with_message(case))


@pytest.mark.usefixtures("bare_environment")
@pytest.mark.parametrize("case", list(recorded("layer4")), ids=str)
def test_layer4(case: Case, request: Note, monkeypatch: pytest.MonkeyPatch) -> None:
    note(request, case)
    monkeypatch.chdir(Path(FOLDER, "layer4"))
    compare(_with_message(case))


def _with_message(case: Case) -> Case:
    """Take the message out of the record it was logged in."""
    if not (case.fails and case.wanted.startswith("{")):
        return case
    message = json.loads(case.wanted)["msg"]
    return Case(case.group, case.name, case.text, message, case.fails, case.file)

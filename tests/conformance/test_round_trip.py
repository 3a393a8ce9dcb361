"""Every output of the cases, and every JSON in Caddy's documentation there, is read as it is."""

import pytest

from caddylite import gojson
from caddylite.adapt.compile import from_json
from caddylite.codec import to_plain
from tests.conformance.cases import FOLDER, Case, golden, recorded

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no cases at {FOLDER} (set CADDYLITE_CONFORMANCE)"
)

OUTPUTS = [
    case
    for group in ("caddy", "caddy-l4", "docs", "layer4")
    for case in (recorded(group) if group in ("docs", "layer4") else golden(group))
    if not case.fails
]


@pytest.mark.parametrize("case", OUTPUTS, ids=lambda c: f"{c.group}-{c.name}")
def test_output_is_read_and_written_the_same(case: Case) -> None:
    node = from_json(case.wanted)
    text = gojson.dumps(to_plain(node), pretty=True)
    assert text == case.wanted.strip()
    assert from_json(text) == node

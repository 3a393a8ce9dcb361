"""What comes of a Caddyfile is the same value when it is read back from its JSON."""

import pytest

from caddylite import gojson, jsontext
from caddylite.adapt.compile import from_caddyfile, from_json
from caddylite.codec import to_plain
from tests.adapt.tables import KINDS, cases

_CASES = [c for kind in KINDS.values() for c in cases(kind) if c.wanted.startswith("=>")]


@pytest.mark.parametrize("case", _CASES, ids=str)
def test_json_there_and_back(case):
    config, _ = from_caddyfile(case.kind.file(case.snippet))
    text = gojson.dumps(to_plain(config))
    back = from_json(text)
    assert gojson.dumps(to_plain(back)) == text
    assert back == config or _only_numbers_differ(config, back)


def _only_numbers_differ(a, b):
    """Numbers of free JSON (``vars``, ``map``) come back as JSON has them: 1.0 is 1."""
    return jsontext.load(gojson.dumps(to_plain(a)), "a") == jsontext.load(
        gojson.dumps(to_plain(b)), "b"
    )

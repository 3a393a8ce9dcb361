"""What comes of a Caddyfile is the same value when it is read back from its JSON."""

import pytest

from caddylite import gojson, jsontext
from caddylite.adapt.compile import from_caddyfile, from_json
from caddylite.codec import to_plain
from caddylite.errors import ConfigError
from tests.adapt.tables import KINDS, cases

_CASES = [c for kind in KINDS.values() for c in cases(kind) if c.wanted.startswith("=>")]
_NULL = "module value cannot be null"
_NAMELESS = r"module name not specified with key 'handler' in map\[\]"
#: Caddy adapts these to modules that are null, and then refuses to load its own output, for these
#: reasons (a matcher without a value; numbers that JSON has no words for). So do we.
UNLOADABLE = {
    "@m host": _NULL, "@m method": _NULL, "@m path": _NULL,
    "vars a nan": _NAMELESS,
    "vars /x {\n\ta b\n\tc -inf\n}": _NAMELESS,
    "map {host} {a} {\n\tx nan\n}": _NAMELESS,
}  # fmt: skip


@pytest.mark.parametrize("case", _CASES, ids=str)
def test_json_there_and_back(case):
    config, _ = from_caddyfile(case.kind.file(case.snippet))
    text = gojson.dumps(to_plain(config))
    if case.snippet in UNLOADABLE:
        with pytest.raises(ConfigError, match=UNLOADABLE[case.snippet]):
            from_json(text)
        return
    back = from_json(text)
    assert gojson.dumps(to_plain(back)) == text
    assert back == config or _only_numbers_differ(config, back)


def _only_numbers_differ(a, b):
    """Numbers of free JSON (``vars``, ``map``) come back as JSON has them: 1.0 is 1."""
    return jsontext.load(gojson.dumps(to_plain(a)), "a") == jsontext.load(
        gojson.dumps(to_plain(b)), "b"
    )


def test_what_cannot_be_loaded_is_among_the_cases():
    assert {c.snippet for c in _CASES} >= UNLOADABLE.keys()

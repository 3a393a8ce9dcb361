"""Each file is one rule: a Caddyfile that we wrote, and what the real Caddy 2.11.7 makes of it.

``CADDY=/path/to/caddy python -m tests.adapt.joining.remake`` writes the answers anew.
"""

import re
from pathlib import Path

import pytest

from caddylite import gojson
from caddylite.adapt.compile import from_caddyfile
from caddylite.codec import from_plain, to_plain
from caddylite.errors import ConfigError

RULES = sorted(Path(__file__).parent.glob("*.caddyfiletest"))


def answer(text: str) -> str:
    try:
        config, _ = from_caddyfile(text)
    except ConfigError as e:
        return str(e)
    plain = to_plain(config)
    assert to_plain(from_plain(type(config), plain)) == plain
    return gojson.dumps(plain, pretty=True)


def without_pointers(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x", text)


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_rule(path: Path) -> None:
    text, _, wanted = path.read_text().partition("----------\n")
    assert without_pointers(answer(text)) == without_pointers(wanted.rstrip("\n"))

"""Every sample tells its story in its first comment, adapts, and survives a round trip."""

from pathlib import Path

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.caddyfile.formatter import format_text
from caddylite.codec import from_plain, to_plain

FOLDER = Path(__file__).parents[1] / "sample_configs"
SAMPLES = sorted(FOLDER.glob("*.Caddyfile"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_sample(path):
    text = path.read_text()
    assert text.startswith("# ")
    assert format_text(text) == text
    config, warnings = from_caddyfile(text, str(path))
    assert not warnings
    assert from_plain(type(config), to_plain(config)) == config
    assert to_plain(from_plain(type(config), to_plain(config))) == to_plain(config)

"""Texts to start from: the tables, the samples, and what comes of them."""

from pathlib import Path

from caddylite import gojson
from caddylite.adapt.compile import from_caddyfile
from caddylite.codec import to_plain
from caddylite.errors import ConfigError
from tests.adapt.tables import KINDS, cases

SAMPLES = Path(__file__).parents[2] / "sample_configs"


def caddyfiles() -> list[str]:
    """Return the Caddyfiles of the project."""
    out = [case.kind.file(case.snippet) for kind in KINDS.values() for case in cases(kind)]
    return out + [path.read_text() for path in sorted(SAMPLES.glob("*Caddyfile"))]


def configs() -> list[str]:
    """Return the JSON of those that can be compiled."""
    out = []
    for text in caddyfiles():
        try:
            out.append(gojson.dumps(to_plain(from_caddyfile(text)[0]), pretty=True))
        except ConfigError:
            continue
    return out


SEEDS = {"caddyfile": caddyfiles, "json": configs, "formatter": caddyfiles}

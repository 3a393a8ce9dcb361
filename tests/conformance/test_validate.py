"""``validate`` says of every layer-4 config what the real one said: valid or not, and why not."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.cli import _configs
from caddylite.errors import ConfigError
from caddylite.runtime.check import check
from tests.conformance.cases import FOLDER

pytestmark = [
    pytest.mark.skipif(
        not FOLDER.is_dir(), reason=f"no cases at {FOLDER} (set CADDYLITE_CONFORMANCE)"
    ),
    pytest.mark.usefixtures("bare_environment"),
]

VALID = "Valid configuration"
#: Caddy loads modules while it provisions, and names the way to one that is unknown; here JSON is
#: read whole before, and the way is in the hint. The record of configs with modules of other
#: plug-ins is empty, and only says that they cannot be used.
WAYS = ("unknown module: ",)


def verdict(ident: str) -> str:
    """Return what we say of a config."""
    file = next(
        name for name in (f"{ident}.caddyfile", f"{ident}.json-config") if Path(name).exists()
    )
    adapter = "caddyfile" if file.endswith(".caddyfile") else ""
    try:
        source = _configs.load_source(file, adapter, ())
        check(_configs.compile_source(source), source)
    except ConfigError as e:
        return str(e)
    return VALID


def same(wanted: str, got: str) -> bool:
    """Is it the same complaint (or none)? The way to it may be shorter with us, its end not."""
    if VALID in (wanted, got) or not wanted:
        return wanted == got or (not wanted and got != VALID)
    for word in WAYS:
        if word in wanted:
            return got.endswith(wanted[wanted.index(word) :])
    return wanted.endswith(got)


@pytest.mark.parametrize(
    "ident", [p.name.removesuffix(".validate") for p in sorted(FOLDER.glob("layer4/*.validate"))]
)
def test_the_verdict_is_the_same(ident, monkeypatch):
    monkeypatch.chdir(FOLDER / "layer4")
    wanted = Path(f"{ident}.validate").read_text().strip()
    got = verdict(ident)
    if not same(wanted, got):
        pytest.fail(f"Caddy says:\n{wanted}\ncaddylite says:\n{got}", pytrace=False)


def test_a_port_claimed_twice_is_refused_though_caddy_starts_it():
    """The one deliberate difference: half of the connections would reach the wrong app."""
    text = "{\n\tlayer4 {\n\t\t:8443 {\n\t\t\troute {\n\t\t\t\techo\n\t\t\t}\n\t\t}\n\t}\n}\n"
    text += "https://example.com:8443 {\n\trespond hi\n}\n"
    config, _ = from_caddyfile(text, "Caddyfile")
    source = SimpleNamespace(text=text, file="Caddyfile", adapter="caddyfile")
    with pytest.raises(ConfigError, match="8443"):
        check(config, source)

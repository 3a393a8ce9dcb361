"""``validate`` says of spoilt configs what the real one says: valid, or the same complaint.

Three kinds: JSON configs of layer 4 that were changed in one or two places, JSON configs of the
samples likewise, and Caddyfiles in which an option of a layer-4 module has an odd value.
``CADDYLITE_SPOILT`` says how many of each (60 if not said), ``CADDYLITE_SPOILT_FROM`` the first
seed. The program is ``CADDY_L4``, else ``CADDY`` if it has layer 4.

Passed over is what hangs on the machine (files, names), what crashes the real one, and the
departures that the README names. Where the order in which Go goes through a map decides between
several complaints, the real one is asked again until it agrees.
"""

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from random import Random

import pytest

from caddylite.adapt.compile import from_caddyfile, from_json
from caddylite.cli._configs import Source
from caddylite.codec import to_plain
from caddylite.errors import ConfigError
from caddylite.runtime.check import check, check_before
from tests.differential.config_mutations import Spoiler
from tests.differential.layer4_lists import make
from tests.differential.layer4_requests import ENVIRONMENT
from tests.differential.option_values import caddyfiles
from tests.differential.test_layer4_routes import CADDY

COUNT = int(os.environ.get("CADDYLITE_SPOILT", "60"))
FIRST = int(os.environ.get("CADDYLITE_SPOILT_FROM", "0"))
SAMPLES = sorted((Path(__file__).parents[2] / "sample_configs").glob("*.Caddyfile"))
_TRIES = 8
_DEPARTURES = (
    "is not run by caddylite", "is not built yet", "not run by caddylite yet",
    "claim the same address", "unsupported curve", "unsupported protocol version",
    "which was not defined",
)  # fmt: skip
_MACHINE = ("no such file", "lookup ", "goroutine ")
#: Whichever app asks for another one first names itself too.
_ASKED_FOR = re.compile(r".*(?=loading \w+ app module: )")

pytestmark = pytest.mark.skipif(
    CADDY is None, reason="no Caddy with layer 4 (CADDY_L4 or CADDY names none)"
)


def theirs(text: str, adapter: str, folder: Path) -> str:
    """Return what the real one says; "valid" if nothing."""
    file = folder / ("Caddyfile" if adapter else "config.json")
    file.write_text(text)
    command = [str(CADDY), "validate", "--config", file.name]
    done = subprocess.run(
        command + ["--adapter", adapter] * bool(adapter),
        cwd=folder, env=_environment(folder), capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    if done.returncode == 0:
        return "valid"
    last = done.stderr.splitlines()[-1]
    said = json.loads(last)["msg"] if last.startswith("{") else last
    return said if "goroutine" not in done.stderr else "goroutine "


def _environment(folder: Path) -> dict[str, str]:
    homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
    return {"PATH": "/usr/bin:/bin", **homes, **ENVIRONMENT}


def ours(text: str, adapter: str) -> str:
    """Return what we say, as the command does."""
    try:
        if adapter:
            config, _ = from_caddyfile(text, "Caddyfile")
        else:
            config = from_json(text)
    except ConfigError as e:
        if adapter:
            return f"adapting config using {adapter}: {e}"
        try:
            check_before(Source("config.json", text, ""))
        except ConfigError as before:
            return str(before)
        return str(e)
    try:
        check(config)
    except ConfigError as e:
        return str(e)
    return "valid"


def difference(text: str, adapter: str, folder: Path) -> str:
    """Say how the two differ about a config; nothing if they do not."""
    mine = ours(text, adapter)
    said = ""
    for _ in range(_TRIES):
        said = theirs(text, adapter, folder)
        if _same(said, mine) or any(w in mine for w in _DEPARTURES):
            return ""
        if said.startswith("adapting") or any(w in said for w in _MACHINE):
            break
    passed_over = any(w in said for w in _MACHINE)
    return "" if passed_over else f"{text}\n  Caddy:     {said}\n  caddylite: {mine}"


def _same(said: str, mine: str) -> bool:
    return _ASKED_FOR.sub("", said) == _ASKED_FOR.sub("", mine)


@cache
def layer4_spoiler() -> Spoiler:
    """Return what spoils lists of layer-4 routes; ``remote_ip_list`` makes the real one hang."""
    configs = []
    for seed in range(40):
        routes = json.dumps(make(seed, "/nowhere", seed % 3 == 2))
        routes = routes.replace("MARK", "127.0.0.1:8").replace("SINK", "127.0.0.1:99")
        if "remote_ip_list" not in routes and "/nowhere" not in routes:
            server = {"listen": [":443"], "routes": json.loads(routes)}
            configs.append({"apps": {"layer4": {"servers": {"srv0": server}}}})
    assert len(configs) > 15
    return Spoiler(configs)


@cache
def sample_spoiler() -> Spoiler:
    configs = [to_plain(from_caddyfile(p.read_text(), p.name)[0]) for p in SAMPLES]
    plain = [json.loads(json.dumps(c)) for c in configs]
    for config in plain:
        config.pop("logging", None)
    return Spoiler([c for c in plain if c.get("apps")])


def seeds() -> range:
    return range(FIRST, FIRST + COUNT)


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def compare(texts, adapter, folder) -> None:
    wrong = [said for text in texts if (said := difference(text, adapter, folder))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(60 + 5 * COUNT)
def test_lists_of_layer_4_routes(tmp_path):
    compare((json.dumps(layer4_spoiler().spoilt(s)) for s in seeds()), "", tmp_path)


@pytest.mark.timeout(60 + 5 * COUNT)
def test_samples(tmp_path):
    compare((json.dumps(sample_spoiler().spoilt(s)) for s in seeds()), "", tmp_path)


@pytest.mark.timeout(60 + 5 * COUNT)
def test_values_of_options(tmp_path):
    every = list(caddyfiles())
    chosen = [Random(s).choice(every) for s in seeds()]
    compare(chosen, "caddyfile", tmp_path)

"""The rules of the house, so that nobody has to remember them."""

import re
import tomllib
from pathlib import Path

import pytest

import caddylite
from caddylite import registry
from caddylite.cli.list_modules import module_ids, syntax_of

PACKAGE = Path(caddylite.__file__).parent
ROOT = PACKAGE.parent
TESTS = ROOT / "tests"
TOP = {
    "pyproject.toml", "README.md", "Makefile", "CHANGELOG.md", "LICENSE",
    "caddylite", "grammar", "tests", "sample_configs", "benchmarks", ".ci",
}  # fmt: skip
#: Rooms whose files are modules with a Caddyfile syntax of their own.
WITH_SYNTAX = ("layer4.matchers", "layer4.handlers", "http.matchers", "caddy.listeners")
#: Rooms in which every file has a test file of its name.
MIRRORED = ("layer4/matchers", "wire", "caddyfile")


def _sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_nothing_else_at_the_top_level():
    import subprocess

    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0 or not done.stdout:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in done.stdout.splitlines()}
    assert top - {".gitignore"} <= TOP


@pytest.mark.parametrize("module_id", module_ids())
def test_a_module_is_found_where_its_id_says(module_id):
    cls = registry.lookup(module_id)
    assert cls is not None
    assert cls.id == module_id


@pytest.mark.parametrize("room", WITH_SYNTAX)
def test_every_module_with_a_syntax_documents_it(room):
    for name in registry.names(room):
        cls = registry.find(room, name)
        lines = syntax_of(f"{room}.{name}")
        assert any(re.match(rf"\.\.\.|{re.escape(name)}\b|@", line) for line in lines), cls


@pytest.mark.parametrize("folder", MIRRORED)
def test_every_file_has_its_test_file(folder):
    tested = {p.stem.removeprefix("test_") for p in (TESTS / folder).glob("test_*.py")}
    files = {p.stem for p in (PACKAGE / folder).glob("*.py") if p.stem != "__init__"}
    assert not {f for f in files if not any(t.startswith(f) for t in tested)}


def test_no_source_file_is_a_room_of_its_own():
    """300 lines is where to look for the second subject; no file gets to twice that."""
    assert not {p.name: n for p in _sources() if (n := p.read_text().count("\n")) > 600}


def test_every_source_file_says_what_it_is():
    assert not [p for p in _sources() if not p.read_text().lstrip().startswith(('"""', 'r"""'))]


def test_the_adapter_starts_without_twisted():
    import subprocess
    import sys

    code = (
        "import sys; from caddylite.adapt.compile import from_caddyfile\n"
        "from caddylite import gojson\nfrom caddylite.codec import to_plain\n"
        "gojson.dumps(to_plain(from_caddyfile(':80\\nrespond hi\\n')[0]))\n"
        "heavy = {'twisted', 'cryptography', 'OpenSSL', 'httptools', 're2', 'h2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_paths_named_in_the_readme_exist():
    text = (ROOT / "README.md").read_text()
    for path in re.findall(
        r"`((?:caddylite|tests|grammar|sample_configs|benchmarks)/[^` *]*)`", text
    ):
        assert (ROOT / path).exists(), path


def test_the_grammar_ships_inside_the_wheel():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"grammar": "caddylite/grammar"}

"""The pytest plugin, in a pytest of its own."""

import subprocess
import sys
from pathlib import Path

CONFIG = """{
	layer4 {
		:443 {
			@vpn tls sni vpn.example.com
			route @vpn {
				proxy 127.0.0.1:4443
			}
		}
	}
}
"""
TEST = """
import pytest
from caddylite.testing.clients import tls

def test_right(caddyfile):
    assert caddyfile.connect(":443", tls(sni="vpn.example.com")).upstream == "127.0.0.1:4443"

def test_words(caddyfile):
    assert caddyfile.connect(":443", "ssh").outcome == "closed"

def test_wrong(caddyfile):
    assert caddyfile.connect(":443", tls(sni="x.example.com")).upstream == "127.0.0.1:4443"

@pytest.mark.caddyfile("other/Caddyfile")
def test_other(caddyfile):
    assert caddyfile.connect("", "ssh").outcome == "echo"

def test_cut(caddyfile):
    caddyfile.connect(":443", "http a.b", decide_as="caddy-l4")
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         *([] if _installed() else ["-p", "caddylite.testing.pytest_plugin"]), *options],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _installed() -> bool:
    from importlib.metadata import entry_points

    return any(
        e.value == "caddylite.testing.pytest_plugin" for e in entry_points(group="pytest11")
    )


def write(folder: Path) -> None:
    (folder / "Caddyfile").write_text(CONFIG)
    (folder / "other").mkdir()
    (folder / "other/Caddyfile").write_text("{\nlayer4 {\n:1 {\nroute {\necho\n}\n}\n}\n}\n")
    (folder / "test_it.py").write_text(TEST)


def test_fixture_marker_and_the_trace_of_a_failure(tmp_path):
    write(tmp_path)
    done = run(tmp_path)
    assert "1 failed, 4 passed" in done.stdout, done.stdout + done.stderr
    assert "What the clients got" in done.stdout
    assert "sni does not match a ClientHello with server name 'x.example.com'" in done.stdout
    assert "PytestUnknownMarkWarning" not in done.stdout


def test_the_file_by_option_and_by_ini(tmp_path):
    write(tmp_path)
    (tmp_path / "Caddyfile").rename(tmp_path / "mine")
    assert "say which with --caddyfile" in run(tmp_path, "-k", "right").stdout
    assert "1 passed" in run(tmp_path, "-k", "right", "--caddyfile", "mine").stdout
    (tmp_path / "pytest.ini").write_text("[pytest]\ncaddyfile = mine\n")
    assert "1 passed" in run(tmp_path, "-k", "right").stdout

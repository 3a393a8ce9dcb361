"""Coverage from the command line and in pytest, with and without pytest-xdist."""

import pytest
from click.testing import CliRunner

from caddylite.cli.test import command
from tests.testing.test_pytest_plugin import run

CONFIG = """{
	layer4 {
		:443 {
			@vpn tls sni vpn.example
			route @vpn {
				proxy 10.0.0.1:443
			}
			@ssh ssh
			route @ssh {
				echo
			}
		}
	}
}
"""
CASES = "config: Caddyfile\ncases:\n- {client: tls vpn.example, expect: proxy, any_cut: false}\n"
TESTS = """
import pytest

@pytest.mark.parametrize("client", ["tls vpn.example", "ssh", "http x"])
def test_one(caddyfile, client):
    assert caddyfile.connect(":443", client, any_cut=False).outcome
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Caddyfile").write_text(CONFIG)
    (tmp_path / "c.test.yaml").write_text(CASES)
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


@pytest.mark.parametrize(("least", "status"), [("30", 0), ("90", 1)])
def test_the_command_fails_under(folder, least, status):
    files = [str(folder / "c.test.yaml")]
    done = CliRunner().invoke(command, [*files, "--cov", "--fail-under", least])
    assert done.exit_code == status
    assert "Caddyfile:9: route 1 of srv0: never reached" in done.output


def test_the_command_writes_lcov_and_html(folder):
    lcov, html = folder / "l.info", folder / "c.html"
    flags = ["--cov-lcov", str(lcov), "--cov-html", str(html)]
    CliRunner().invoke(command, [str(folder / "c.test.yaml"), *flags])
    assert f"SF:{(folder / 'Caddyfile').resolve()}" in lcov.read_text()
    assert html.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize("flags", [[], ["-n", "2"]])
def test_pytest_adds_up_what_all_tests_and_processes_reach(folder, flags):
    if flags:
        pytest.importorskip("xdist")
    done = run(folder, "--caddy-cov", "--caddy-cov-fail-under=100", *flags)
    assert "total 100.0%" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


def test_pytest_fails_under(folder):
    done = run(folder, "--caddy-cov-fail-under=90", "-k", "vpn")
    assert "is less than 90%" in done.stdout
    assert done.returncode == 1

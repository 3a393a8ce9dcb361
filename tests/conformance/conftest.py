"""Runs the cases where Caddy ran them, and prints a table at the end."""

import os
from pathlib import Path
from typing import Any, Self

import pytest

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import DNSProvider
from caddylite.registry import module
from caddylite.tls.kinds import ClientVerifier
from tests.conformance.cases import FOLDER


@module("dns.providers.mock")
class Mock(DNSProvider, frozen=True):
    """A DNS provider that Caddy's own tests register."""

    argument: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read an optional argument."""
        d.next()
        argument = d.opt_arg() or ""
        if d.next_arg():
            raise d.err(f"unexpected argument '{d.val}'")
        return cls(argument)


@module("tls.client_auth.verifier.dummy")
class Dummy(ClientVerifier, frozen=True):
    """A verifier of client certificates that Caddy's own tests register."""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing."""
        return cls()


@pytest.fixture
def beside_the_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to a folder that has the test data in it and the certificates above it."""
    for name in ("caddy.ca.cer", "leafcert.pem"):
        (tmp_path / name).symlink_to(FOLDER / name)
    folder = tmp_path / "integration"
    folder.mkdir()
    (folder / "testdata").symlink_to(FOLDER / "testdata")
    monkeypatch.chdir(folder)


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave only HOME and PATH in the environment."""
    for name in set(os.environ) - {"HOME", "PATH"}:
        monkeypatch.delenv(name)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many cases of each group are as they must be."""
    counts: dict[str, list[int]] = {}
    failed: list[str] = []
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            properties = dict(report.user_properties)
            if "conformance" not in properties:
                continue
            count = counts.setdefault(properties["conformance"], [0, 0])
            count[0] += outcome == "passed"
            count[1] += 1
            if outcome == "failed":
                failed.append(f"{properties['conformance']}/{properties['case']}")
    if not counts:
        return
    terminalreporter.section("conformance")
    for group, (good, total) in sorted(counts.items()):
        terminalreporter.write_line(f"{group:12}{good:5} of {total}")
    for name in sorted(failed):
        terminalreporter.write_line(f"  differs: {name}")

"""Coverage in pytest (``--caddy-cov``): gathered in every process, reported at the end by one."""

from typing import Any

import pytest

from caddylite.testing.coverage.gathering import Gathering
from caddylite.testing.coverage.tables import table, total


class CoveragePart:
    """A plugin of its own, registered when coverage is asked for; works with pytest-xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.gathering = config, Gathering()
        self.fail_under = float(config.getoption("--caddy-cov-fail-under"))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send what was seen to the main process, or see if it is enough."""
        output = getattr(self.config, "workeroutput", None)
        if output is not None:
            output["caddylite_seen"] = self.gathering.plain()
        elif total(self.gathering.reports()) < self.fail_under and not session.exitstatus:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """Take in what a worker of pytest-xdist has seen."""
        self.gathering.add(getattr(node, "workeroutput", {}).get("caddylite_seen", {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table."""
        reports = self.gathering.reports()
        terminalreporter.section("coverage of configs")
        terminalreporter.write(table(reports, terminalreporter.hasmarkup))
        reached = total(reports)
        if reached < self.fail_under:
            terminalreporter.write_line(
                f"coverage {reached:.1f}% is less than {self.fail_under:g}%", red=True
            )

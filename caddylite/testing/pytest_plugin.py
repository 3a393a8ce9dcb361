"""The pytest plugin: a fixture ``caddyfile`` that answers what clients would get.

::

    from caddylite.testing.clients import tls

    def test_vpn(caddyfile):
        assert caddyfile.connect(":443", tls(sni="vpn.example.com")).upstream == "127.0.0.1:4443"

Which file is said by the marker ``@pytest.mark.caddyfile("path")``, by ``--caddyfile``, by the ini
option ``caddyfile``, or it is ``Caddyfile`` beside the test or in the root folder. A path of the
marker counts from the test's folder, the others from the root folder.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from caddylite.testing.clients import Client
    from caddylite.testing.cuts import Segmentation
    from caddylite.testing.lab import Lab
    from caddylite.testing.trace import Trace

_LABS: dict[Path, "Lab"] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("caddylite", "caddylite")
    group.addoption("--caddyfile", default=None, help="The config of the fixture 'caddyfile'")
    group.addoption(
        "--caddy-cov", action="store_true", help="Say what of the configs the tests reach"
    )
    group.addoption(
        "--caddy-cov-fail-under", type=float, default=0.0, metavar="PERCENT",
        help="Fail if the tests reach less of the configs than this",
    )  # fmt: skip
    parser.addini("caddyfile", "The config of the fixture 'caddyfile'", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "caddyfile(path): the config of the fixture 'caddyfile'")
    if config.getoption("--caddy-cov") or config.getoption("--caddy-cov-fail-under"):
        from caddylite.testing.coverage.pytest_part import CoveragePart

        config.pluginmanager.register(CoveragePart(config), "caddylite-coverage")


class Caddyfile:
    """A config under test. What it is asked is kept in ``asked``, for coverage."""

    def __init__(self, lab: "Lab") -> None:
        self.lab = lab
        self.asked: list[Trace] = []

    def connect(
        self, listen: str = "", client: "Client | str" = "", *, any_cut: bool = True,
        decide_as: str = "caddylite",
    ) -> "Trace":  # fmt: skip
        """Return what a client gets; ``client`` may be words (``"tls sni=vpn.example.com"``).

        Unless ``any_cut`` is false it fails if some way to cut the bytes changes the decision.
        """
        made = self._client(client)
        trace = self.lab.connect(listen, made, decide_as=decide_as)
        self.asked.append(trace)
        if any_cut:
            found = self.cuts(listen, made, decide_as=decide_as)
            if not found.steady:
                pytest.fail(f"the decision depends on how the bytes are cut\n{found}", False)
        return trace

    def cuts(
        self, listen: str = "", client: "Client | str" = "", *, decide_as: str = "caddylite"
    ) -> "Segmentation":
        """Try every way to cut what the client says."""
        from caddylite.testing.cuts import try_cuts

        return try_cuts(self.lab, listen, self._client(client), decide_as)

    @staticmethod
    def _client(client: "Client | str") -> "Client":
        from caddylite.testing.clients import parse

        return parse(client) if isinstance(client, str) else client


@pytest.fixture
def caddyfile(request: pytest.FixtureRequest) -> Caddyfile:
    """The config under test (see the module's docstring for which file)."""
    path = _path(request)
    if path not in _LABS:
        from caddylite.testing.lab import Lab

        _LABS[path] = Lab.from_file(_short(path, request.config.invocation_params.dir))
    measuring = request.config.pluginmanager.get_plugin("caddylite-coverage")
    if measuring is not None:
        measuring.gathering.watch(_LABS[path])
    return Caddyfile(_LABS[path])


def _path(request: pytest.FixtureRequest) -> Path:
    marker = request.node.get_closest_marker("caddyfile")
    beside = Path(str(request.node.path)).parent
    if marker is not None:
        return beside / str(marker.args[0])
    root = request.config.rootpath
    said = request.config.getoption("--caddyfile") or request.config.getini("caddyfile")
    if said:
        return root / str(said)
    for folder in (beside, root):
        if (folder / "Caddyfile").is_file():
            return folder / "Caddyfile"
    raise pytest.UsageError("no Caddyfile: say which with --caddyfile, or mark the test")


def _short(path: Path, here: Path) -> Path:
    """Return a path as people would write it where pytest was called, if that is still here."""
    return path.relative_to(here) if Path.cwd() == here and path.is_relative_to(here) else path


def pytest_assertrepr_compare(op: str, left: Any, right: Any) -> list[str] | None:
    """Show the traces in the place of their fields."""
    from caddylite.testing.trace import Trace

    if not isinstance(left, Trace) and not isinstance(right, Trace):
        return None
    said = [str(x) if isinstance(x, Trace) else repr(x) for x in (left, right)]
    return ["these clients get something else:", *said[0].splitlines(), op, *said[1].splitlines()]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Put the traces of a failed test under it."""
    outcome = yield
    report = outcome.get_result()
    used = getattr(item, "funcargs", {}).get("caddyfile")
    if report.when == "call" and report.failed and isinstance(used, Caddyfile) and used.asked:
        text = "\n".join(str(t) for t in used.asked)
        report.sections.append(("What the clients got", text))

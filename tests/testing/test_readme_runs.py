"""Every command that the README shows prints what the README says."""

import os

import pytest

from tests.testing.readme_runs import (
    README,
    Kitchen,
    Run,
    made_anew,
    needs_caddy,
    needs_pygls,
    runs,
)

SHOWN = list(runs(README.read_text()))
#: Commands whose files are used by later ones.
WRITING = ("sed ", "caddylite init")
#: The commands of which a run must be shown, with what makes it that one.
WANTED = [
    "caddylite explain", "--as caddy-l4", "caddylite init --tests", "caddylite test",
    "--as both", "--cov", "--live", "--against", "caddylite lint", "--format json",
    "caddylite graph", "caddylite diff", "caddylite replay", "caddylite doctor",
    "--ocserv-conf", "pytest", "editor.py",
]  # fmt: skip


def differences(folder, wanted) -> list[str]:
    kitchen = Kitchen(folder)
    out = []
    for run in SHOWN:
        if wanted(run) or run.command.startswith(WRITING):
            printed = kitchen.run(run.command)
            if wanted(run) and printed != run.printed:
                out.append(f"README.md:{run.line} $ {run.command}\n{printed}\n")
    return out


def test_every_run_is_as_printed(tmp_path):
    def plain(run: Run) -> bool:
        return not needs_caddy(run.command) and not needs_pygls(run.command)

    wrong = differences(tmp_path, plain)
    assert not wrong, "python -m tests.testing.readme_runs makes them anew:\n" + "\n".join(wrong)


def test_runs_of_a_real_caddy_are_as_printed(tmp_path):
    if not os.environ.get("CADDY_L4"):
        pytest.skip("$CADDY_L4 names no Caddy with layer4")
    assert not differences(tmp_path, lambda run: needs_caddy(run.command))


def test_runs_of_the_language_server_are_as_printed(tmp_path):
    pytest.importorskip("pygls", reason="pygls is not installed (extra lsp)")
    assert not differences(tmp_path, lambda run: needs_pygls(run.command))


@pytest.mark.parametrize("words", WANTED)
def test_there_is_a_run_of_each_command(words):
    assert [run for run in SHOWN if words in run.command and run.printed]


def test_the_runs_of_a_page_are_found_and_replaced():
    page = (
        "text\n\n    $ one\n    a\n\n      b\n    $ two\n\nmore\n\n    no run\n\n"
        "<!-- $ three -->\n```mermaid\nflow\n```\n"
    )
    assert list(runs(page)) == [
        Run(3, "one", "a\n\n  b"), Run(7, "two", ""), Run(13, "three", "flow"),
    ]  # fmt: skip
    changed = made_anew(page, lambda run: "" if run.command == "one" else run.command * 2)
    assert changed == (
        "text\n\n    $ one\n    $ two\n    twotwo\n\nmore\n\n    no run\n\n"
        "<!-- $ three -->\n```mermaid\nthreethree\n```\n"
    )
    assert made_anew(page, lambda run: run.printed) == page

"""What is said to a terminal: the complaint, the line it is about, a caret, a hint."""

import os
import pty
import re
import subprocess
import sys
from itertools import pairwise

import pytest

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def said(*argv: str, cwd, **variables: str) -> str:
    """Run a command with a terminal as its stderr; return what it showed, without colours."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "caddylite.cli.main", *argv],
        stdout=subprocess.DEVNULL, stderr=theirs, stdin=subprocess.DEVNULL, cwd=cwd,
        env=os.environ | variables,
    )  # fmt: skip
    os.close(theirs)
    out = b""
    try:
        while piece := os.read(ours, 4096):
            out += piece
    except OSError:  # Linux says so at the end
        pass
    os.close(ours)
    assert process.wait(30) == 1
    return _COLOURS.sub("", out.decode()).replace("\r\n", "\n")


def caret(shown: str) -> str:
    """Return the word over the caret."""
    above, under = next(
        (a, b) for a, b in pairwise(shown.split("\n")) if b.strip() == "^"
    )  # fmt: skip
    return above[under.index("^") :].split()[0]


def test_whole(tmp_path):
    (tmp_path / "Caddyfile").write_text("a.com {\n\tlog\n\trespnd hi\n}\n")
    shown = said("adapt", "--config", "Caddyfile", cwd=tmp_path)
    assert shown == (
        "Error: Caddyfile:3: unrecognized directive: respnd\n"
        "    3 |     respnd hi\n"
        "            ^\n"
        "  hint: did you mean 'respond'?\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a.com {\n\trespond 1 200 WRONG\n}\n",
        "(s) {\n\trespond {args[0]} {args[1]} WRONG\n}\na.com {\n\timport s aa bb\n}\n",
        "a.com {\n\trespond {$LONG} 200 WRONG\n}\n",
        'a.com {\n\trespond "{$LONG}" 200 WRONG\n}\n',
        "a.com {\n\trespond <<EOF\n\t\thi\n\t\tEOF 200 WRONG\n}\n",
        'a.com {\n\trespond "a\nb" 200 WRONG\n}\n',
        "a.com {\r\n\trespond ünï☃ 200 WRONG\r\n}\r\n",
        "a.com {\n\tWRONG漢字 漢字\n}\n",
        "a.com {\n\trespond 漢字 200 WRONG\n}\n",
        "{\n\tlayer4 {\n\t\t:443 {\n\t\t\t@a WRONG x\n\t\t}\n\t}\n}\n",
    ],
)
def test_the_caret_is_under_the_word(tmp_path, text):
    (tmp_path / "Caddyfile").write_bytes(text.encode())
    shown = said("adapt", "--config", "Caddyfile", cwd=tmp_path, LONG="a-very-long-value")
    lines = shown.split("\n")
    at = next(i for i, line in enumerate(lines) if line.strip() == "^")
    wide = lines[at - 1]
    column = len(lines[at]) - 1
    for char in "漢字":
        wide = wide.replace(char, char + "\0")
    assert wide[column:].startswith("WRONG")


def test_in_an_imported_file(tmp_path):
    (tmp_path / "Caddyfile").write_text("a.com {\n\timport sub.conf\n}\n")
    (tmp_path / "sub.conf").write_text("log\nrespnd WRONG\n")
    shown = said("adapt", "--config", "Caddyfile", cwd=tmp_path)
    assert "    2 | respnd WRONG\n" in shown
    assert caret(shown) == "respnd"


def test_in_json(tmp_path):
    (tmp_path / "c.json").write_text('{"apps": {\n\t"http": {"servers": {"a": {"lisen": []}}}\n}}')
    shown = said("validate", "--config", "c.json", cwd=tmp_path)
    assert 'json: unknown field "lisen"\n    2 |     "http"' in shown
    assert caret(shown) == '"lisen":'
    assert shown.endswith(
        "  hint: in apps.http.servers.a.lisen (line 2, column 29); did you mean 'listen'?\n"
    )


def test_nothing_is_pointed_at_where_lines_are_not_the_files(tmp_path):
    (tmp_path / "Caddyfile").write_text("a.com {\n\t{$MULTI}\n\trespond 1 2 3\n}\n")
    shown = said("adapt", "--config", "Caddyfile", cwd=tmp_path, MULTI="log\n\tencode")
    assert "at Caddyfile:4" in shown
    assert "^" not in shown


def test_nothing_in_the_file_moves_the_cursor(tmp_path):
    (tmp_path / "Caddyfile").write_text("a.com {\n\trespond \x1b[2J 200 WRONG\n}\n")
    shown = said("adapt", "--config", "Caddyfile", cwd=tmp_path)
    assert "\x1b" not in shown.split("\n", 1)[1]
    assert caret(shown) == "WRONG"

"""Log files: modes, rolling, what is kept."""

import gzip
import os
import re
import threading
from pathlib import Path

import pytest

from caddylite.caddy.logging.writers.file import File, FileMode
from caddylite.runtime.logging.files import _marks, _next_mark, open_file
from caddylite.runtime.logging.rolled import press, rolled_files, tidy
from caddylite.values import Duration

DAY = 86400.0


class Clock:
    def __init__(self, now=1_700_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


def pressed():
    for thread in threading.enumerate():
        if thread.name == "log-gzip":
            thread.join(10)


def mode(path):
    return os.stat(path).st_mode & 0o777


def test_files_and_folders_are_ours_alone(tmp_path):
    path = tmp_path / "a" / "b" / "x.log"
    file = open_file(File(), str(path))
    file.write(b"one\n")
    file.close()
    assert path.read_bytes() == b"one\n"
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)
    again = open_file(File(mode=FileMode(0o640), roll=False), str(path))
    again.write(b"two\n")
    again.close()
    assert (mode(path), path.read_bytes()) == (0o640, b"one\ntwo\n")


@pytest.mark.parametrize(
    ("word", "wanted"), [("0750", 0o750), ("inherit", 0o755), ("from_file", 0o750)]
)
def test_the_mode_of_folders(tmp_path, word, wanted):
    os.chmod(tmp_path, 0o744)
    path = tmp_path / "d" / "x.log"
    open_file(File(mode=FileMode(0o640), dir_mode=word), str(path)).close()
    assert mode(path.parent) == wanted


def test_rolling_by_size(tmp_path):
    path, clock = tmp_path / "x.log", Clock()
    file = open_file(File(roll_size_mb=1, roll_gzip=False, roll_keep=2), str(path), clock)
    line = b"y" * (600 << 10)
    for _ in range(5):
        clock.now += 1.5
        file.write(line)
    file.write(b"z" * (2 << 20))
    assert file.lost == 1  # larger than any file may be
    file.close()
    kept = sorted(p.name for p in tmp_path.iterdir())
    assert len(kept) == 3
    assert path.stat().st_size == len(line)
    assert kept[0] == "x-2023-11-14T22-13-26.000-size.log"
    assert all(re.fullmatch(r"x-[-T0-9.]+-size\.log", name) for name in kept[:2])


def test_two_files_of_one_moment_have_two_names(tmp_path):
    path, clock = tmp_path / "x.log", Clock()
    file = open_file(File(roll_size_mb=1, roll_gzip=False), str(path), clock)
    for _ in range(3):
        file.write(b"y" * (600 << 10))
    file.close()
    assert len(rolled_files(str(path))) == 2


def test_rolled_files_are_pressed(tmp_path):
    path = tmp_path / "x.log"
    file = open_file(File(roll_size_mb=1, mode=FileMode(0o640)), str(path))
    file.write(b"a" * (1 << 20))
    file.write(b"b")
    pressed()
    file.close()
    (rolled,) = rolled_files(str(path))
    assert rolled.endswith("-size.log.gz")
    assert gzip.decompress(Path(rolled).read_bytes()) == b"a" * (1 << 20)
    assert (mode(rolled), mode(path)) == (0o640, 0o640)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_large_file_that_is_there_counts(tmp_path):
    path = tmp_path / "x.log"
    path.write_bytes(b"a" * (1 << 20))
    file = open_file(File(roll_size_mb=1, roll_compression="none"), str(path))
    file.write(b"b")
    file.close()
    assert path.read_bytes() == b"b"


def test_rolling_by_time(tmp_path):
    path, clock = tmp_path / "x", Clock()
    ir = File(roll_interval=Duration(60 * 10**9), roll_gzip=False, backup_time_format="150405")
    file = open_file(ir, str(path), clock)
    file.write(b"a")
    clock.now += 59
    file.write(b"b")
    clock.now += 2
    file.write(b"c")
    file.close()
    assert path.read_bytes() == b"c"
    assert (tmp_path / "x-221421-time").read_bytes() == b"ab"


def test_moments_of_the_day():
    marks = _marks((30,), ("00:00", "25:00", "x"))
    assert len(marks) == 25
    assert _next_mark(0.0, marks) == 1800.0
    assert _next_mark(DAY - 60, marks) == DAY


def test_old_files_go(tmp_path):
    path = tmp_path / "x.log"
    for age in range(5):
        old = tmp_path / f"x-{9 - age}-size.log"
        old.write_bytes(b"")
        os.utime(old, (10 * DAY - age * DAY,) * 2)
    (tmp_path / "x-notes.log").write_bytes(b"")
    tidy(str(path), "none", 4, 2.5 * DAY, 10 * DAY)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "x-7-size.log", "x-8-size.log", "x-9-size.log", "x-notes.log",
    ]  # fmt: skip


def test_a_file_that_cannot_be_renamed_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "x.log"
    file = open_file(File(roll_size_mb=1, roll_gzip=False), str(path))

    def refused(*_):
        raise OSError("no")

    monkeypatch.setattr(os, "rename", refused)
    for _ in range(3):
        file.write(b"y" * (600 << 10))
    file.close()
    assert path.stat().st_size == 3 * (600 << 10)


def test_pressing_leaves_nothing_half(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"1" * 100)
    press(str(path))
    assert [p.name for p in tmp_path.iterdir()] == ["x.gz"]

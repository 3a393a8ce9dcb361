"""When a config's file is read again."""

import pytest

from caddylite.errors import ConfigError
from caddylite.runtime.following import Follower
from caddylite.runtime.logs import Log, LogBook


class Files:
    def __init__(self, folder):
        self.file, self.part = folder / "Caddyfile", folder / "part"
        self.file.write_text("one")
        self.part.write_text("")
        self.read = self.said = 0
        self.loaded, self.said = [], []
        book = LogBook([Log(lambda *r: self.said.append((r[2], r[3])))])
        self.follower = Follower(self._read, self._load, str(self.file), "one", book.logger(""))
        self.fail = None

    def _read(self):
        self.read += 1
        if not self.file.exists():
            raise ConfigError("reading config from file: open Caddyfile: no such file")
        return self.file.read_text() + self.part.read_text(), "source", {str(self.part)}

    def _load(self, config, source):
        if self.fail:
            raise self.fail
        self.loaded.append(config)


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def test_nothing_is_read_while_nothing_changes(files):
    for _ in range(3):
        files.follower.look()
    assert files.read == 1  # once, to learn what it imports
    assert files.loaded == []


def test_what_has_changed_is_loaded_once(files):
    files.file.write_text("two!")
    for _ in range(3):
        files.follower.look()
    files.part.write_text("+part")
    files.follower.look()
    assert files.loaded == ["two!", "two!+part"]


def test_a_change_without_meaning_loads_nothing(files):
    files.follower.look()
    files.file.unlink()
    files.file.write_text("one")
    files.follower.look()
    assert files.loaded == []


def test_a_file_that_is_gone_may_come_back(files):
    files.follower.look()
    files.file.unlink()
    files.follower.look()
    files.follower.look()
    assert files.read == 2
    assert files.said == [("watcher", "unable to load latest config")]
    files.file.write_text("back")
    files.follower.look()
    assert files.loaded == ["back"]


def test_one_that_cannot_be_used_is_tried_once(files):
    files.fail = RuntimeError("no")
    files.file.write_text("bad")
    files.follower.look()
    files.follower.look()
    assert [m for _, m in files.said] == [
        "config file changed; reloading", "applying latest config",
    ]  # fmt: skip
    files.fail = None
    files.file.write_text("good")
    files.follower.look()
    assert files.loaded == ["good"]


def test_a_signal_loads_it_even_if_it_is_the_same(files):
    files.follower.again()
    files.fail = ConfigError("no")
    files.follower.again()
    assert files.loaded == ["one"]
    assert [m for _, m in files.said] == [
        "reloading config from last-known source",
        "successfully reloaded config from file",
        "reloading config from last-known source",
        "failed to reload config from file",
    ]

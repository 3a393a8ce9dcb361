"""Which files are hidden."""

import pytest

from caddylite.http.file_hiding import absolute, clean, is_hidden

CASES = [
    ("/srv/.git/config", [".git"], True),
    ("/srv/a.git/config", [".git"], False),
    ("/srv/x.php", ["*.php"], True),
    ("/srv/x.php/y", ["*.php"], True),
    ("/srv/private/a", ["/srv/private"], True),
    ("/srv/private", ["/srv/private"], True),
    ("/srv/privately", ["/srv/private"], False),
    ("/srv/a/b", ["/srv/*/b"], True),
    ("/srv/a/b/c", ["/srv/*/b"], False),
    ("/srv/a", ["["], False),
    ("/srv/a", [], False),
]


@pytest.mark.parametrize(("path", "patterns", "wanted"), CASES)
def test_is_hidden(path, patterns, wanted):
    assert is_hidden(path, patterns) is wanted


def test_paths_are_taken_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert absolute("a/../b") == f"{tmp_path}/b"
    assert is_hidden("Caddyfile", [str(tmp_path)])
    assert is_hidden("./x/Caddyfile", ["x"])


def test_clean():
    assert clean("a/./b//../c") == "a/c"
    assert clean("//a") == "/a"
    assert clean("") == "."

import os

import pytest

from caddylite.caddyfile.files import (
    BadPattern,
    MemoryFiles,
    RealFiles,
    clean,
    glob,
    join,
    os_error,
)

TREE = MemoryFiles(
    {"/a/one.conf": "", "/a/two.conf": "", "/a/.hidden.conf": "", "/a/b/one.conf": "", "x*y": ""},
    directory="/w",
)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", "."), ("/", "/"), ("//a", "/a"), ("a//b/./c/..", "a/b"), ("/../a", "/a"),
        ("../a", "../a"), ("a/..", "."),
    ],
)  # fmt: skip
def test_clean(path, wanted):
    assert clean(path) == wanted


def test_join():
    assert join("/a", "../b") == "/b"
    assert join("", "b") == "b"


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("/a/one.conf", ["/a/one.conf"]),
        ("/a/none", []),
        ("/a/*.conf", ["/a/.hidden.conf", "/a/one.conf", "/a/two.conf"]),
        ("/a/???.conf", ["/a/one.conf", "/a/two.conf"]),
        ("/*/one.conf", ["/a/one.conf"]),
        ("/a/*/one.conf", ["/a/b/one.conf"]),
        ("/w/x\\*y", ["/w/x*y"]),
        ("/none/*", []),
    ],
)
def test_glob(pattern, wanted):
    assert glob(TREE, pattern) == wanted


@pytest.mark.parametrize("pattern", ["/a/[", "/a/b\\", "/[/x"])
def test_bad_patterns(pattern):
    with pytest.raises(BadPattern, match="syntax error in pattern"):
        glob(TREE, pattern)


def test_memory_files():
    assert TREE.directory() == "/w"
    assert TREE.read("/w/x*y") == b""
    assert TREE.exists("/a/b")
    assert not TREE.exists("/b")
    with pytest.raises(FileNotFoundError):
        TREE.read("/none")
    with pytest.raises(IsADirectoryError):
        TREE.read("/a")


def test_real_files(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to("nothing")
    files = RealFiles()
    assert files.directory() == os.getcwd()
    assert files.read(str(tmp_path / "a")) == b"x"
    assert sorted(files.names(str(tmp_path))) == ["a", "link"]
    assert files.names(str(tmp_path / "a")) == []
    assert files.exists(str(tmp_path / "link"))
    assert not files.exists("/a\0b")


def test_errors_are_worded_as_in_go():
    error = FileNotFoundError(2, "No such file or directory", "x")
    assert os_error(error, "/x") == "open /x: no such file or directory"

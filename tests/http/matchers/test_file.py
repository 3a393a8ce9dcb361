"""The file matcher; the answers are those of the real program."""

import os

import pytest

from caddylite.errors import ConfigError
from caddylite.http.matching import MatchError
from tests.http.matchers.asking import asked, request


@pytest.fixture
def site(tmp_path):
    (tmp_path / "dir").mkdir()
    (tmp_path / "index.html").write_text("four")
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "dir" / "f.php").write_text("sixsix")
    (tmp_path / "st*r").write_text("")
    os.utime(tmp_path / "a.txt", (1, 1))
    return tmp_path


def found(site, lines, path="/"):
    r = request(path, vars={"root": str(site)})
    if not asked(f"file {{\n{lines}\n}}")(r):
        return None
    prefix = "http.matchers.file."
    names = ("relative", "type", "remainder")
    return tuple(r.placeholders[prefix + name] for name in names)


@pytest.mark.parametrize(
    ("lines", "path", "wanted"),
    [
        ("", "/a.txt", ("/a.txt", "file", "")),
        ("", "/dir/", None),  # the slash that counts is the one in the config
        ("try_files {http.request.uri.path}/", "/dir", ("/dir/", "directory", "")),
        ("", "/dir", None),
        ("", "/a.txt/", ("/a.txt", "file", "")),
        ("", "/../../etc/passwd", None),
        ("", "/st*r", ("/st*r", "file", "")),
        ("try_files {http.request.uri.path} /index.html", "/none", ("/index.html", "file", "")),
        ("try_files /*.txt", "/", ("/a.txt", "file", "")),
        ("try_files d*/*.php", "/", ("/dir/f.php", "file", "")),
        ("split_path .php", "/dir/f.php/info/x", ("/dir/f.php", "file", "/info/x")),
        ("split_path .php", "/dir/f.phpx", None),
        ("try_files a.txt index.html\ntry_policy largest_size", "/", ("/index.html", "file", "")),
        ("try_files index.html a.txt\ntry_policy smallest_size", "/", ("/a.txt", "file", "")),
        (
            "try_files a.txt none index.html\ntry_policy most_recently_modified",
            "/",
            ("/index.html", "file", ""),
        ),
        ("try_files none\ntry_policy largest_size", "/", None),
    ],
)
def test_match(site, lines, path, wanted):
    assert found(site, lines, path) == wanted


def test_a_status_ends_the_request(site):
    with pytest.raises(MatchError) as raised:
        found(site, "try_files /none =410 /index.html")
    assert raised.value.status == 410


def test_the_absolute_path(site):
    r = request("/a.txt")
    assert asked(f"file {{\nroot {site}\n}}")(r)
    assert r.placeholders["http.matchers.file.absolute"] == f"{site}/a.txt"


def test_there_is_no_other_file_system(site):
    r = request("/a.txt", vars={"root": str(site), "fs": "other"})
    assert not asked("file")(r)


def test_an_unknown_policy_is_refused():
    with pytest.raises(ConfigError, match="unknown try policy bogus"):
        asked("file {\ntry_policy bogus\n}")

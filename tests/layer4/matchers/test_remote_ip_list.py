import os

from caddylite.layer4.matching import Connection
from tests.layer4.clients import complaint, matcher, plain, says, unusable


def peer(host):
    return Connection(remote=(host, 5))


def test_reads_the_file_again_when_it_changes(tmp_path):
    path = tmp_path / "list"
    match = matcher(f"remote_ip_list {path}")
    assert says(match, b"", peer("192.0.2.1")) is False
    path.write_text("# a comment\n192.0.2.0/24\n::1\n")
    assert says(match, b"", peer("192.0.2.1")) is True
    assert says(match, b"", peer("::1")) is True
    assert says(match, b"", peer("198.51.100.1")) is False
    path.write_text("198.51.100.1\r\n")
    os.utime(path, ns=(1, 1))
    assert says(match, b"", peer("198.51.100.1")) is True
    assert says(match, b"", peer("192.0.2.1")) is False
    path.unlink()
    assert says(match, b"", peer("198.51.100.1")) is False


def test_the_directory_must_exist(tmp_path):
    path = tmp_path / "no" / "list"
    assert unusable(f"remote_ip_list {path}") == (
        f"could not find the directory containing the IP file to monitor: {path}"
    )


def test_syntax():
    assert plain("remote_ip_list /etc/x") == {"remote_ip_list": {"remote_ip_file": "/etc/x"}}
    assert plain("remote_ip_list") == {"remote_ip_list": {"remote_ip_file": ""}}
    assert "wrong argument count" in complaint("remote_ip_list a b")

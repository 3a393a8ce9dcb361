"""The logs of a config, opened and let go."""

import json
import os
import socket

import pytest

from caddylite.caddy.logs import Logging
from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.runtime.logging.opening import Logs, check_logs
from caddylite.runtime.logging.writers import Writers
from caddylite.runtime.logs import LogBook


def opened(plain, writers=None):
    return Logs(writers or Writers()).open(from_plain(Logging, plain), {"env.X": "y"}.get)


def to_file(path, **more):
    return {"writer": {"output": "file", "filename": str(path)}, **more}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_records_end_in_their_own_files(tmp_path):
    site, rest = tmp_path / "site.log", tmp_path / "rest.log"
    made = opened(
        {
            "logs": {
                "default": to_file(rest, exclude=["http.log.access.log0"], level="DEBUG"),
                "log0": to_file(site, include=["http.log.access.log0"]),
            }
        }
    )
    book = LogBook(made.logs)
    book.logger("http.log.access").named("log0").info("handled request")
    book.logger("tls").debug("x")
    made.close()
    assert [r["msg"] for r in lines(site)] == ["handled request"]
    assert [r["msg"] for r in lines(rest)] == ["x"]


def test_two_configs_share_a_file_and_the_last_closes_it(tmp_path):
    path, writers = tmp_path / "x.log", Writers()
    before = len(os.listdir("/proc/self/fd"))
    first = opened({"logs": {"a": to_file(path)}}, writers)
    second = opened({"logs": {"a": to_file(path), "b": to_file(path)}}, writers)
    assert len(os.listdir("/proc/self/fd")) == before + 1
    first.close()
    LogBook(second.logs).logger("x").warn("still")
    assert [r["msg"] for r in lines(path)] == ["still", "still"]
    second.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_sampling(tmp_path):
    path = tmp_path / "x.log"
    made = opened({"logs": {"a": to_file(path, sampling={"first": 2, "thereafter": 3})}})
    now = [0.0]
    made.logs = [log for log in made.logs if log.level == 20][-1:]
    book = LogBook(made.logs, clock=lambda: now[0])
    for i in range(9):
        book.logger("").info("same", i=i)
    now[0] = 1.5
    book.logger("").info("same", i=9)
    made.close()
    assert [r["i"] for r in lines(path)] == [0, 1, 4, 7, 9]


def test_placeholders_and_discard(tmp_path):
    made = opened(
        {
            "logs": {
                "default": {"writer": {"output": "discard"}},
                "a": to_file(tmp_path / "{env.X}"),
            }
        }
    )
    assert len(made.logs) == 1
    made.close()
    assert (tmp_path / "y").exists()


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ({"level": "loud"}, "setting up custom log 'a': unrecognized log level: loud"),
        ({"level": "{env.Y}"}, "invalid log level"),
        ({"include": ["x"], "exclude": ["x"]}, "include and exclude must not intersect"),
        ({"include": ["x"], "exclude": ["y"]}, "check 'x' in include"),
        (to_file("/proc/no/x.log"), "mkdir /proc/no: "),
        (to_file("/proc/version/x.log"), "opening log writer using file:"),
        (to_file("{env.Y}"), "invalid filename for log file"),
        ({"writer": {"output": "net", "address": "a:1-9"}}, "multiple ports not supported"),
    ],
)
def test_what_cannot_be_had_is_one_complaint(log, words):
    with pytest.raises(ConfigError, match=words) as caught:
        opened({"logs": {"a": log}})
    assert str(caught.value).startswith("setting up custom log 'a': ")


def test_looking_makes_nothing(tmp_path):
    path = tmp_path / "a" / "x.log"

    def looked(log):
        check_logs(from_plain(Logging, {"logs": {"a": log}}), {}.get)

    looked(to_file(path))
    assert not path.parent.exists()
    path.parent.mkdir()
    path.write_text("")
    looked(to_file(path))
    looked({"writer": {"output": "discard"}})
    for bad in (to_file(tmp_path), to_file(path / "y"), {"level": "x"}):
        with pytest.raises(ConfigError, match="setting up custom log 'a': "):
            looked(bad)


def to_socket(path, **more):
    return {"writer": {"output": "net", "address": f"unixgram/{path}", **more}}


def looked_at(log):
    check_logs(from_plain(Logging, {"logs": {"default": log}}), {}.get)


def test_looking_connects_to_sockets(tmp_path):
    path = tmp_path / "log.sock"
    with pytest.raises(ConfigError) as caught:
        looked_at(to_socket(path, dial_timeout="2s"))
    assert str(caught.value) == (
        "setting up default log: opening log writer using &logging.NetWriter{"
        f'Address:"unixgram/{path}", DialTimeout:2000000000, SoftStart:false, '
        f'addr:caddy.NetworkAddress{{Network:"unixgram", Host:"{path}", StartPort:0x0, '
        f"EndPort:0x0}}}}: dial unixgram {path}: connect: no such file or directory"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as taker:
        taker.bind(str(path))
        looked_at(to_socket(path))


def test_a_soft_start_needs_nobody_there(tmp_path, capfd):
    looked_at(to_socket(tmp_path / "log.sock", soft_start=True))
    assert "net log writer failed to connect: dial unixgram" in capfd.readouterr().err


def test_one_that_fails_holds_nothing(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ConfigError):
        opened({"logs": {"a": to_file(tmp_path / "x"), "b": {"level": "loud"}}})
    assert len(os.listdir("/proc/self/fd")) == before


def test_standard_output(capsys):
    made = opened({"logs": {"default": {"writer": {"output": "stdout"}}}})
    LogBook(made.logs).logger("").info("\udc80x")
    made.close()
    assert json.loads(capsys.readouterr().out)["msg"] == "\ufffdx"

"""The same requests to real Caddy and to us leave the same records, key by key."""

import contextlib
import json
import re
import select
import socket
import sys
import time

import pytest

from tests.e2e import programs
from tests.http.live.oracle import caddy

SITE = """{
	admin off
	auto_https off
	log {
		output discard
	}
}
http://127.0.0.1:%(port)d {
	log {
		output file %(folder)s/logs/json.log {
			mode 0640
		}
	}
	log second {
		output file %(folder)s/console/console.log
		format console
	}
	log third {
		output file %(folder)s/logs/filtered.log
		format filter {
			request>headers>User-Agent replace X
			request>headers>X-Hash hash
			request>uri query {
				delete a
				hash b
			}
			request>remote_ip ip_mask 16 32
			request>remote_port delete
			resp_headers>Server regexp C(.) <$1>
			size rename length
			wrap json {
				time_format iso8601
				level_format upper
				duration_format ms
				message_key message
			}
		}
	}
	log fourth {
		output file %(folder)s/logs/append.log
		format append {
			answer 42
			wrap console {
				time_key ""
				level_format lower
			}
		}
	}
	respond "hello"
}
"""
REQUEST = (
    b"GET /x?b=2&a=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: test\r\nX-Hash: secret\r\n"
    b"Cookie: a=b\r\nAuthorization: Basic eA==\r\nConnection: close\r\n\r\n"
)


def records(argv, folder):
    """Run a program, ask it once, and return what its logs hold."""
    folder.mkdir()
    port = programs.free_port()
    file = folder / "Caddyfile"
    file.write_text(SITE % {"port": port, "folder": folder})
    env = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    argv = [*argv, "run", "--config", str(file)]
    with programs.running(argv, folder / "out", env=env, port=port):
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(REQUEST)
            with contextlib.suppress(ConnectionError):
                while client.recv(1 << 16):
                    pass
        logs = [*(folder / "logs").iterdir(), *(folder / "console").iterdir()]
        assert len(logs) == 4
        end = time.monotonic() + 5
        while not all(log.read_text().endswith("\n") for log in logs):
            assert time.monotonic() < end
            select.select([], [], [], 0.02)
    modes = {p.relative_to(folder): oct(p.stat().st_mode) for p in (*logs, folder / "logs")}
    return {log.name: log.read_text() for log in logs}, modes


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    real = caddy()
    if real is None:
        pytest.skip("no caddy here to compare with")
    folder = tmp_path_factory.mktemp("logs")
    ours = records([sys.executable, "-m", "caddylite.cli.main"], folder / "ours")
    return ours, records([real], folder / "real")


_TIME = re.compile(r"^[\d/]+ [\d:.]+")


def keys(value):
    """Return the keys in their order; those of headers, which Go mixes up, sorted."""
    if not isinstance(value, dict):
        return None
    return [
        (k, sorted(v) if k in ("headers", "resp_headers") else keys(v)) for k, v in value.items()
    ]


@pytest.mark.parametrize("name", ["json.log", "filtered.log"])
def test_json(both, name):
    (ours, _), (real, _) = both
    (mine,), (theirs,) = ours[name].splitlines(), real[name].splitlines()
    one, other = json.loads(mine), json.loads(theirs)
    assert keys(one) == keys(other)
    for key in ("ts", "duration"):
        assert type(one[key]) is type(other[key])
    for record in (one, other):
        record["ts"] = record["duration"] = 0
        record["request"]["remote_port"] = 0
    assert one == other


@pytest.mark.parametrize("name", ["console.log", "append.log"])
def test_console(both, name):
    (ours, _), (real, _) = both
    mine, theirs = (_TIME.sub("", logs[name]).split("\t") for logs in (ours, real))
    assert mine[:-1] == theirs[:-1]
    assert keys(json.loads(mine[-1])) == keys(json.loads(theirs[-1]))
    for text in (mine[-1], theirs[-1]):
        assert text.startswith('{"request": {"remote_ip": "127.0.0.1", "remote_port": "')


def test_modes(both):
    (_, ours), (_, real) = both
    assert ours == real


def test_times_have_the_same_form(both):
    def form(text):
        return re.sub(r"\d", "9", text.split("\t")[0])

    (ours, _), (real, _) = both
    assert form(ours["console.log"]) == form(real["console.log"])
    one, other = (json.loads(logs["filtered.log"])["ts"] for logs in (ours, real))
    assert re.sub(r"\d", "9", one) == re.sub(r"\d", "9", other)

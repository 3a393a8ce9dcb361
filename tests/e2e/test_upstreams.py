"""Health checks and sources of upstreams, in caddylite and in real Caddy with the same config."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e import programs
from tests.e2e.programs import Program, free_port, need, running
from tests.http.live.oracle import caddy

ROOT = Path(__file__).parents[2]


class Upstream:
    """A server whose answers a test decides; ``seen`` are the requests as they came."""

    def __init__(self, name: str, port: int = 0, host: str = "127.0.0.1") -> None:
        self.name, self.status, self.body = name, 200, b"well"
        self.location = ""
        self.now = self.most = 0
        self.gate, self.lock = threading.Event(), threading.Lock()
        self.seen: list[tuple[str, str, list[tuple[str, str]], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                checked = self.path.startswith("/health")
                if checked:
                    outer.seen.append((self.command, self.path, self.headers.items(), body))
                if self.path.endswith("/slow"):
                    with outer.lock:
                        outer.now += 1
                        outer.most = max(outer.most, outer.now)
                    outer.gate.wait(20)
                    with outer.lock:
                        outer.now -= 1
                redirected = checked and outer.location and not self.path.startswith("/health/")
                self.send_response(302 if redirected else outer.status if checked else 200)
                if redirected:
                    self.send_header("Location", outer.location)
                out = outer.body if checked else outer.name.encode()
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            do_GET = do_POST = answer

            def log_message(self, *words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer((host, port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def upstream(name: str, port: int = 0, host: str = "127.0.0.1") -> Iterator[Upstream]:
    made = Upstream(name, port, host)
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def proxy(which: str, text: str, folder: Path) -> Iterator[tuple[Program, int]]:
    """Run caddylite or real Caddy on a site's lines."""
    port = free_port()
    config = folder / "Caddyfile"
    config.write_text(
        "{\n\tadmin off\n\tauto_https off\n\tlog {\n\t\tlevel DEBUG\n\t\tformat json\n\t}\n}\n"
        f"http://:{port} {{\nbind 127.0.0.1\n{text}\n}}\n"
    )
    if which == "caddylite":
        with programs.caddylite(config, folder, {"PYTHONPATH": str(ROOT)}) as program:
            program.wait_port(port)
            yield program, port
        return
    binary = caddy()
    if binary is None:
        pytest.skip("no caddy to compare with")
    env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    argv = [binary, "run", "--config", str(config), "--adapter", "caddyfile"]
    with running(argv, folder / "caddy.log", port, env) as program:
        yield program, port


def get(port: int, path: str = "/") -> tuple[int, bytes]:
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        out = b""
        while piece := s.recv(65536):
            out += piece
    head, _, body = out.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def records(program: Program, logger: str) -> list[dict[str, object]]:
    """Return what a logger has said, each thing once, without time and ports."""
    out: list[dict[str, object]] = []
    for line in program.output.splitlines():
        with contextlib.suppress(ValueError):
            record = json.loads(line)
            if record.get("logger") == logger:
                del record["ts"]
                if record not in out:
                    out.append(record)
    return out


BOTH = pytest.mark.parametrize("which", ["caddylite", "caddy"])
CHECKS = "http.handlers.reverse_proxy.health_checker.active"


@BOTH
def test_an_upstream_falls_ill_and_gets_well(tmp_path, which):
    with upstream("a") as up:
        text = f"""reverse_proxy 127.0.0.1:{up.port} {{
            health_uri /health?a=b%20c
            health_interval 100ms
            health_fails 2
            health_passes 2
            health_method POST
            health_request_body "{{\\"up\\": \\"{{system.os}}\\"}}"
            health_headers {{
                Host check.example
                x-up {{http.reverse_proxy.active.target_upstream}}
                X-Known {{nothing.known}}
            }}
        }}"""
        with proxy(which, text, tmp_path) as (program, port):
            assert get(port) == (200, b"a")
            up.status = 500
            program.wait_for("status code out of tolerances")
            wait_until(lambda: get(port)[0] == 503)
            up.status = 204
            program.wait_for("host is up")
            assert get(port) == (200, b"a")
        host = f"127.0.0.1:{up.port}"
        assert records(program, CHECKS) == [
            {"level": "info", "logger": CHECKS, "msg": "status code out of tolerances",
             "status_code": 500, "host": host},
            {"level": "info", "logger": CHECKS, "msg": "host is up", "host": host},
        ]  # fmt: skip
        method, path, fields, body = up.seen[0]
        assert (method, path, body) == ("POST", "/health?a=b%20c", b'{"up": "linux"}')
        assert sorted(fields) == [
            ("Accept-Encoding", "gzip"),
            ("Content-Length", "15"),
            ("Host", "check.example"),
            ("User-Agent", "Go-http-client/1.1"),
            ("X-Known", "{nothing.known}"),
            ("X-Up", host),
        ]


@BOTH
def test_what_is_expected_and_what_is_said_of_the_rest(tmp_path, which):
    with upstream("a") as up:
        gone = free_port()
        text = f"""reverse_proxy 127.0.0.1:{up.port} {{
            health_uri health
            health_interval 100ms
            health_status 3xx
            health_body ^we.l$
        }}
        reverse_proxy /gone 127.0.0.1:{gone} {{
            health_uri /é
            health_interval 100ms
            health_timeout 1s
        }}"""
        with proxy(which, text, tmp_path) as (program, port):
            program.wait_for("unexpected status code")
            up.status = 302
            program.wait_for("host is up")
            up.body = b"sick"
            program.wait_for("response body failed expectations")
            wait_until(lambda: get(port)[0] == 503)
            program.wait_for("HTTP request failed")
        host = f"127.0.0.1:{up.port}"
        said = {(r["msg"], r["host"], r.get("error"), r.get("status_code"))
                for r in records(program, CHECKS)}  # fmt: skip
        assert said == {
            ("unexpected status code", host, None, 200),
            ("host is up", host, None, None),
            ("response body failed expectations", host, None, None),
            ("HTTP request failed", f"127.0.0.1:{gone}",
             f'Get "http://127.0.0.1:{gone}/%C3%A9": '
             f"dial tcp 127.0.0.1:{gone}: connect: connection refused", None),
        }  # fmt: skip


@BOTH
def test_another_port_and_redirects(tmp_path, which):
    with upstream("a") as up, upstream("doctor") as doctor:
        doctor.location = "/health/there?x"
        text = f"""reverse_proxy 127.0.0.1:{up.port} {{
            health_uri /health
            health_port {doctor.port}
            health_interval 100ms
            health_follow_redirects
        }}"""
        with proxy(which, text, tmp_path) as (program, port):
            wait_until(lambda: len(doctor.seen) >= 2)
            assert get(port) == (200, b"a")
            doctor.status = 400
            wait_until(lambda: get(port)[0] == 503)
        assert [s[1] for s in doctor.seen[:2]] == ["/health", "/health/there?x"]
        host = f"127.0.0.1:{doctor.port}"
        assert dict(doctor.seen[1][2]) == {
            "Host": host, "User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip",
            "Referer": f"http://{host}/health",
        }  # fmt: skip
        assert not up.seen
        assert [(r["msg"], r["host"]) for r in records(program, CHECKS)] == [
            ("status code out of tolerances", host)
        ]


def test_a_reload_ends_the_checks_of_the_old_config(tmp_path):
    with upstream("a") as up, upstream("b") as other:
        text = "reverse_proxy 127.0.0.1:{} {{\nhealth_uri /health\nhealth_interval 20ms\n}}"
        with proxy("caddylite", text.format(up.port), tmp_path) as (program, port):
            wait_until(lambda: len(up.seen) > 2)
            config = tmp_path / "Caddyfile"
            config.write_text(config.read_text().replace(str(up.port), str(other.port)))
            program.process.send_signal(signal.SIGUSR1)
            wait_until(lambda: len(other.seen) > 2)
            before = len(up.seen)
            more = len(other.seen) + 10
            wait_until(lambda: len(other.seen) > more)
            assert len(up.seen) <= before + 1  # one may have been on its way
            assert get(port) == (200, b"b")


@BOTH
def test_so_many_requests_and_so_many_connections(tmp_path, which):
    """``max_conns_per_host`` makes the third wait, ``unhealthy_request_count`` refuses it."""
    with upstream("a") as up:
        text = f"""reverse_proxy /wait/* 127.0.0.1:{up.port} {{
            transport http {{
                max_conns_per_host 2
            }}
        }}
        reverse_proxy /full/* 127.0.0.1:{up.port} {{
            unhealthy_request_count 2
        }}"""
        with proxy(which, text, tmp_path) as (_, port):
            assert in_parallel(port, "/wait/slow", up) == ([200, 200, 200], 2)
            assert in_parallel(port, "/full/slow", up) == ([200, 200, 503], 2)


def in_parallel(port: int, path: str, up: Upstream) -> tuple[list[int], int]:
    """Ask three times at once; return the statuses and how many were under way at most."""
    up.most = 0
    up.gate.clear()
    got: list[int] = []
    threads = []
    for number in range(3):
        threads.append(threading.Thread(target=lambda: got.append(get(port, path)[0])))
        threads[-1].start()
        if number < 2:
            wait_until(lambda n=number: up.now == n + 1)
    select.select([], [], [], 0.3)  # time for the third to come through, if it could
    up.gate.set()
    for thread in threads:
        thread.join(20)
    return sorted(got), up.most


@BOTH
def test_one_that_does_not_answer_in_time(tmp_path, which):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        text = f"""reverse_proxy {host} {{
            health_uri /health
            health_interval 1h
            health_timeout 200ms
        }}"""
        with proxy(which, text, tmp_path) as (program, port):
            program.wait_for("HTTP request failed")
            assert get(port)[0] == 503
        (record,) = records(program, CHECKS)
        # Go says the one or the other, as its timers happen to run.
        assert record["error"] in [
            f'Get "http://{host}/health": {words} (Client.Timeout exceeded while awaiting headers)'
            for words in ("context deadline exceeded", "net/http: request canceled")
        ]


def wait_until(true, seconds: float = 20) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        select.select([], [], [], 0.03)


UNBOUND = """
server:
  interface: 127.0.0.1@{port}
  do-daemonize: no
  use-syslog: no
  verbosity: 1
  chroot: ""
  username: ""
  directory: "{folder}"
  pidfile: ""
  access-control: 127.0.0.0/8 allow
  local-zone: "example.test." static
{data}
remote-control:
  control-enable: no
"""


@contextlib.contextmanager
def unbound(folder: Path, port: int, *data: str) -> Iterator[Program]:
    """Run unbound with these records."""
    program = need("unbound")
    lines = "\n".join(f'  local-data: "{d}"' for d in data)
    conf = folder / "unbound.conf"
    conf.write_text(UNBOUND.format(port=port, folder=folder, data=lines))
    with running([program, "-d", "-c", str(conf)], folder / "unbound.log") as server:
        server.wait_for("start of service")
        yield server


def served(port: int, times: int = 12) -> set[tuple[int, bytes]]:
    return {get(port) for _ in range(times)}


@BOTH
@pytest.mark.parametrize("network", ["", "tcp/"])
def test_addresses_come_from_the_name_server(tmp_path, which, network):
    name_server = free_port()
    with upstream("one") as one, upstream("two", one.port, "127.0.0.2"):
        text = f"""reverse_proxy {{
            dynamic a app.example.test {one.port} {{
                refresh 200ms
                resolvers {network}127.0.0.1:{name_server}
                versions ipv4
            }}
        }}"""
        records_before = ("app.example.test. A 127.0.0.1", "app.example.test. A 127.0.0.2")
        with proxy(which, text, tmp_path) as (program, port):
            with unbound(tmp_path, name_server, *records_before):
                assert served(port) == {(200, b"one"), (200, b"two")}
            with unbound(tmp_path, name_server, "app.example.test. A 127.0.0.2"):
                wait_until(lambda: served(port) == {(200, b"two")})
            with unbound(tmp_path, name_server):
                wait_until(lambda: get(port)[0] == 503)
        failed = "failed getting dynamic upstreams; falling back to static upstreams"
        (record,) = [
            r for r in records(program, "http.handlers.reverse_proxy") if r["msg"] == failed
        ]
        # Go names the first server of resolv.conf, whichever was asked.
        assert re.fullmatch(
            r"lookup app\.example\.test on [0-9.]+:[0-9]+: no such host", record["error"]
        )


@BOTH
def test_services_by_priority_and_what_was_known_for_a_while(tmp_path, which):
    name_server = free_port()
    with upstream("one") as one, upstream("two") as two:
        text = f"""reverse_proxy {{
            lb_policy first
            dynamic srv {{
                service web
                proto tcp
                name example.test
                refresh 100ms
                grace_period 1h
                resolvers 127.0.0.1:{name_server}
            }}
            transport http {{
                resolvers 127.0.0.1:{name_server}
            }}
        }}
        reverse_proxy /multi {{
            lb_policy first
            dynamic multi {{
                a nothing.example.test {{
                    resolvers 127.0.0.1:{name_server}
                }}
                srv _more._tcp.example.test {{
                    resolvers 127.0.0.1:{name_server}
                }}
            }}
            transport http {{
                resolvers 127.0.0.1:{name_server}
            }}
        }}"""
        data = [
            f"{name}._tcp.example.test. SRV {priority} 5 {up.port} host.example.test."
            for name in ("_web", "_more")
            for priority, up in ((20, one), (10, two))
        ]
        data.append("host.example.test. A 127.0.0.1")
        with proxy(which, text, tmp_path) as (program, port):
            with unbound(tmp_path, name_server, *data):
                assert served(port, 4) == {(200, b"two")}
                assert get(port, "/multi") == (200, b"two")
            with unbound(tmp_path, name_server, "host.example.test. A 127.0.0.1"):
                wait_until(lambda: get(port) and "using prev" in program.output)
                assert get(port) == (200, b"two")
        assert [
            (r["level"], r["msg"], r["source_idx"])
            for r in records(program, "http.reverse_proxy.upstreams.multi")
        ] == [("error", "upstream source returned error", 0)]
        host = "host.example.test."
        found = [
            (r["target"], r["port"], r["priority"], r["weight"])
            for r in records(program, "http.reverse_proxy.upstreams.srv")
            if r["msg"] == "discovered SRV record"
        ]
        assert found == [(host, two.port, 10, 5), (host, one.port, 20, 5)]

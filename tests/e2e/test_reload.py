"""``caddylite run --watch`` and SIGUSR1, with real processes and clients."""

import contextlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import urllib.request

import pytest

from tests.e2e import programs

CONFIG = """{
	admin off
	auto_https off
	layer4 {
		127.0.0.1:%(echo)d {
			route {
				%(handler)s
			}
		}
	}
}
http://127.0.0.1:%(web)d {
	respond "%(text)s"
}
"""


class Site:
    """A config that is written anew, and the program that follows it."""

    def __init__(self, home):
        self.file = home / "Caddyfile"
        self.values = {
            "echo": programs.free_port(),
            "web": programs.free_port(),
            "text": "one",
            "handler": "echo",
        }
        self.write()

    def write(self, tail="", **values):
        self.values |= values
        fresh = self.file.with_suffix(".new")
        fresh.write_text(CONFIG % self.values + tail)
        os.replace(fresh, self.file)

    def get(self):
        url = f"http://127.0.0.1:{self.values['web']}/"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()

    def says(self, text):
        """Wait until the site says something."""
        end = time.monotonic() + 15
        while (said := self.get()) != text:
            assert time.monotonic() < end, said
            select.select([], [], [], 0.05)

    def client(self):
        return socket.create_connection(("127.0.0.1", self.values["echo"]), 5)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


@contextlib.contextmanager
def watched(site, *flags):
    home = site.file.parent
    argv = [sys.executable, "-m", "caddylite.cli.main", "run", "--config", str(site.file), *flags]
    env = {"PATH": os.environ["PATH"], "HOME": str(home)}
    with programs.running(argv, home / "log", env=env, cwd=home) as program:
        program.wait_for(programs.STARTED)
        yield program
        program.stop()
        assert "Traceback" not in program.output
        assert "shutdown complete" in program.output


def echoes(client, data=b"hi"):
    client.sendall(data)
    got = b""
    while len(got) < len(data) and (piece := client.recv(100)):
        got += piece
    return got == data


def test_a_changed_file_is_loaded_and_nobody_is_refused(site):
    with watched(site, "--watch") as program, contextlib.ExitStack() as stack:
        assert site.get() == "one"
        clients = [stack.enter_context(site.client()) for _ in range(100)]
        assert all(echoes(client) for client in clients)
        open_then = program.descriptors()
        failed, answered, done = [], [], threading.Event()

        def ask():
            while not done.wait(0.003):
                try:
                    answered.append(site.get())
                except OSError as e:
                    failed.append(e)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            for i in range(5):
                site.write(text=f"number {i}")
                site.says(f"number {i}")
        finally:
            done.set()
            asking.join()
        assert not failed
        assert len(set(answered)) >= 5
        assert all(echoes(client) for client in clients)
        site.write(handler="close")
        program.wait_for("config file changed; reloading")
        end = time.monotonic() + 15
        while True:
            with site.client() as fresh, contextlib.suppress(OSError):
                fresh.sendall(b"x")
                if fresh.recv(10) == b"":
                    break
            assert time.monotonic() < end
        assert all(echoes(client, b"old") for client in clients)
        assert program.descriptors() <= open_then + 1


def test_a_broken_file_keeps_the_old_config(site):
    with watched(site, "--watch") as program:
        site.write("}\n", text="two")
        program.wait_for("unable to load latest config")
        assert site.get() == "one"
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            site.write(f"http://127.0.0.1:{port} {{\n}}\n", text="three")
            program.wait_for("applying latest config")
            assert "address already in use" in program.output
            assert site.get() == "one"
        site.write(text="four")
        site.says("four")
        with site.client() as client:
            assert echoes(client)


def test_usr1_loads_the_file_again_and_hup_is_ignored(site):
    with watched(site) as program:
        before = program.descriptors()
        site.write(text="two")
        os.kill(program.process.pid, signal.SIGHUP)
        program.wait_for("not implemented")
        assert site.get() == "one"
        os.kill(program.process.pid, signal.SIGUSR1)
        program.wait_for("successfully reloaded config from file")
        assert site.get() == "two"
        site.write("}")
        os.kill(program.process.pid, signal.SIGUSR1)
        program.wait_for("failed to reload config from file")
        assert site.get() == "two"
        assert program.descriptors() <= before + 1


def test_an_imported_file_is_followed_and_an_old_address_is_closed(site):
    other = programs.free_port()
    part = site.file.with_name("part.conf")
    part.write_text(f"http://127.0.0.1:{other} {{\n\trespond old\n}}\n")
    site.write("import *.conf\n")
    with watched(site, "--watch"):
        site.says("one")
        moved = programs.free_port()
        part.write_text(f"http://127.0.0.1:{moved} {{\n\trespond new\n}}\n")
        end = time.monotonic() + 15
        while True:
            with contextlib.suppress(OSError):
                url = f"http://127.0.0.1:{moved}/"
                with urllib.request.urlopen(url, timeout=5) as answer:
                    assert answer.read() == b"new"
                    break
            assert time.monotonic() < end
            select.select([], [], [], 0.05)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", other), 5)


def test_logs_move_with_the_config(site):
    first, second = site.file.with_name("first.log"), site.file.with_name("second.log")

    def tail(path):
        return (
            f"http://127.0.0.1:{port} {{\n\tlog {{\n\t\toutput file {path}\n\t}}\n"
            "\trespond x\n}\n"
        )

    port = programs.free_port()
    site.write(tail(first))
    url = f"http://127.0.0.1:{port}/"
    with watched(site, "--watch") as program:
        urllib.request.urlopen(url, timeout=5).close()
        site.write(tail(second), text="two")
        site.says("two")
        urllib.request.urlopen(url, timeout=5).close()
        fds = f"/proc/{program.process.pid}/fd"
        held = {os.readlink(f"{fds}/{fd}") for fd in os.listdir(fds)}
        assert str(second) in held
        assert str(first) not in held
    for path in (first, second):
        (record,) = map(json.loads, path.read_text().splitlines())
        assert record["logger"] == "http.log.access.log0"


def test_quit_ends_at_once(site):
    home = site.file.parent
    argv = [sys.executable, "-m", "caddylite.cli.main", "run", "--config", str(site.file)]
    env = {"PATH": os.environ["PATH"], "HOME": str(home)}
    with programs.running(argv, home / "log", env=env, cwd=home) as program:
        program.wait_for(programs.STARTED)
        with site.client() as client:
            assert echoes(client)
            os.kill(program.process.pid, signal.SIGQUIT)
            assert program.process.wait(10) == 2

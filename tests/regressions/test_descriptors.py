"""Running out of descriptors: the program waits, and goes on when there are some again."""

import json
import os
import resource
import select
import socket
import time

import pytest

from tests.e2e.programs import caddylite, free_port

linux = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="prlimit is Linux's")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def config(tmp_path, port, *handlers):
    servers = {"a": {"listen": [f"127.0.0.1:{port}"], "routes": [{"handle": list(handlers)}]}}
    plain = {"admin": {"disabled": True}, "apps": {"layer4": {"servers": servers}}}
    file = tmp_path / "config.json"
    file.write_text(json.dumps(plain))
    return file


def leave(program, count):
    """Let the program have only so many descriptors more."""
    seen = -1
    while seen != (seen := program.descriptors()):  # until what is being closed is closed
        select.select([], [], [], 0.15)
    allow(program, seen + count)


def allow(program, most):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE, (most, hard))


def says(sock, seconds=10):
    try:
        return sock.recv(100) if select.select([sock], [], [], seconds)[0] else None
    except ConnectionError:
        return b""


@linux
def test_accepting_pauses_without_a_busy_loop_and_recovers(tmp_path):
    port = free_port()
    with caddylite(config(tmp_path, port, {"handler": "echo"}), tmp_path) as program:
        program.wait_port(port)
        leave(program, 10)
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        program.wait_for("accepting is paused")
        before, started = cpu_seconds(program.process.pid), time.monotonic()
        clients[0].sendall(b"served")
        assert says(clients[0]) == b"served"  # those that are there are served meanwhile
        select.select([], [], [], 1.0)
        used, passed = cpu_seconds(program.process.pid) - before, time.monotonic() - started
        assert used < passed / 2
        assert program.output.count("accepting is paused") == 1
        for client in clients[:-1]:
            client.close()
        clients[-1].sendall(b"patient")
        assert says(clients[-1]) == b"patient"
        clients[-1].close()
        assert program.process.poll() is None


@linux
def test_an_upstream_cannot_be_dialled_meanwhile_and_can_be_later(tmp_path):
    port = free_port()
    with socket.socket() as backend:
        backend.bind(("127.0.0.1", 0))
        backend.listen()
        dial = f"127.0.0.1:{backend.getsockname()[1]}"
        handler = {"handler": "proxy", "upstreams": [{"dial": [dial]}]}
        with caddylite(config(tmp_path, port, handler), tmp_path) as program:
            program.wait_port(port)
            select.select([backend], [], [], 10)
            backend.accept()[0].close()
            leave(program, 1)
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"x")
                assert says(client) == b""  # accepted, and no descriptor left to dial
            program.wait_for("too many open files")
            allow(program, 200)
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"again")
                backend.settimeout(10)
                server = backend.accept()[0]
                assert says(server) == b"again"
                server.close()

"""Real Caddy as the judge: the same bytes to it and to us.

The binary is ``$CADDY``, or ``caddy`` beside the running Python or on the PATH.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path


def caddy():
    """Return the binary's path, None if there is none."""
    beside = Path(sys.executable).with_name("caddy")
    named = os.environ.get("CADDY")
    return named or (str(beside) if beside.exists() else shutil.which("caddy"))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class Caddy:
    """A running Caddy with the servers of a config, each on a port of its own."""

    def __init__(self, config, folder):
        self.ports = {}
        for name, server in config["servers"].items():
            self.ports[name] = free_port()
            server["listen"] = [f"127.0.0.1:{self.ports[name]}"]
            server["automatic_https"] = {"disable": True}
        whole = {"admin": {"disabled": True}, "apps": {"http": config}}
        whole["logging"] = {"logs": {"default": {"level": "ERROR"}}}
        path = Path(folder, "caddy.json")
        path.write_text(json.dumps(whole))
        environ = {
            **os.environ,
            "HOME": folder,
            "XDG_DATA_HOME": folder,
            "XDG_CONFIG_HOME": folder,
        }
        self.process = subprocess.Popen(
            [caddy(), "run", "--config", str(path)],
            env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for port in self.ports.values():
            self._await(port)

    def _await(self, port):
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("caddy did not start") from None
                time.sleep(0.02)

    def port(self, name="srv0"):
        return self.ports[name]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def judged_by_caddy(config):
    """Run Caddy for a while."""
    with tempfile.TemporaryDirectory() as folder:
        running = Caddy(json.loads(json.dumps(config)), folder)
        try:
            yield running
        finally:
            running.stop()


_BOUNDARY = re.compile(rb"[0-9a-f]{60}")
_DATE = re.compile(rb"(?m)^Date: [^\r\n]*\r\n")
_HREF = re.compile(rb'<a href="[^"]*">[^<]*</a>\.\n\n')


def normal(data, client_ports=True):
    """Make two answers comparable: dates, boundaries and ephemeral ports are not."""
    data = _DATE.sub(b"", data)
    return _BOUNDARY.sub(b"BOUNDARY", data)


def sorted_heads(data):
    """Sort the header fields of the first response in an answer."""
    head, blank, rest = data.partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    return b"\r\n".join([first, *sorted(fields)]) + blank + rest

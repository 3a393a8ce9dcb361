"""Winbox: there is no free program for it, so packets made by hand from its description."""

import socket

from tests.e2e.layer4 import layer4
from tests.e2e.peers import Named
from tests.wire.logins import login

PROVES = {"layer4.matchers.winbox": "none exists: packets made by hand"}


def test_logins_are_led_by_user_and_mode(tmp_path):
    with (
        Named(b"", speak_first=False) as admin,
        Named(b"", speak_first=False) as romon,
        layer4(
            tmp_path,
            "@romon winbox {\nmodes romon\n}\n"
            f"route @romon {{\nproxy 127.0.0.1:{romon.port}\n}}\n"
            "@admin winbox {\nusername admin\n}\n"
            f"route @admin {{\nproxy 127.0.0.1:{admin.port}\n}}",
        ) as (port, _),
    ):
        for user, server in (("admin", admin), ("admin+r", romon)):
            data = login(user)
            with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
                s.sendall(data[:5])
                s.sendall(data[5:])
                back = b""
                while len(back) < len(data):
                    back += s.recv(4096)
            assert back == data
            assert b"".join(server.first) == data
        with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
            s.sendall(login("somebody"))
            assert s.recv(100) == b""

"""xfreerdp to xrdp through the shared port, with either form of its first line."""

import pytest

from tests.e2e.layer4 import layer4, run
from tests.e2e.peers import Named, certificate
from tests.e2e.programs import free_port, need, running

PROVES = {"layer4.matchers.rdp": "xfreerdp to xrdp"}


@pytest.fixture(scope="module")
def display(tmp_path_factory):
    """A screen for xfreerdp, in memory."""
    program = need("Xvfb", "xvfb")
    need("xfreerdp", "freerdp2-x11")
    name = f":{free_port() % 50000 + 1000}"
    argv = [program, name, "-screen", "0", "320x240x16", "-nolisten", "tcp", "-displayfd", "1"]
    with running(argv, tmp_path_factory.mktemp("x") / "xvfb.log") as x:
        x.wait_for("\n")
        yield name


@pytest.fixture
def xrdp(tmp_path):
    """An xrdp server that gets as far as asking for a user: its port."""
    program = need("xrdp")
    cert, key = certificate(tmp_path, "localhost")
    port = free_port()
    ini = tmp_path / "xrdp.ini"
    ini.write_text(
        f"[Globals]\nini_version=1\nfork=true\nport=tcp://127.0.0.1:{port}\ntcp_nodelay=true\n"
        "security_layer=negotiate\ncrypt_level=high\n"
        f"certificate={cert}\nkey_file={key}\nssl_protocols=TLSv1.2, TLSv1.3\n"
        "autorun=\nallow_channels=true\nallow_multimon=true\nbitmap_cache=true\nmax_bpp=32\n"
        f"[Logging]\nLogFile={tmp_path}/xrdp-own.log\nLogLevel=INFO\nEnableSyslog=false\n"
        "[Xorg]\nname=Xorg\nlib=libxup.so\nusername=ask\npassword=ask\nip=127.0.0.1\nport=-1\n"
    )
    argv = [program, "--nodaemon", "--config", str(ini)]
    with running(argv, tmp_path / "xrdp.log", port):
        yield port


def _freerdp(display: str, port: int, *words: str):
    return run(
        "env", f"DISPLAY={display}", need("xfreerdp", "freerdp2-x11"), f"/v:127.0.0.1:{port}",
        "/u:x", "/p:y", "/cert:ignore", "/timeout:5000", "+auth-only", *words,
    )  # fmt: skip


def test_a_session_begins_through_the_port(display, xrdp, tmp_path):
    routes = (
        f"@mine rdp {{\ncookie_hash x\n}}\nroute @mine {{\nproxy 127.0.0.1:{xrdp}\n}}\n"
        "@rdp rdp\nroute @rdp {\nclose\n}"
    )
    with layer4(tmp_path, routes) as (port, _):
        for words in ((), ("/sec:tls",)):
            said = _freerdp(display, port, *words)
            assert said.returncode == 0, said.stdout + said.stderr
        assert _freerdp(display, port, "/u:other").returncode != 0


def test_a_balancers_token_decides(display, tmp_path):
    """msts=ADDRESS.PORT.0000 with the address 10.1.2.3 and the port 3389, as numbers."""
    token = f"Cookie: msts={int.from_bytes(bytes([10, 1, 2, 3]), 'little')}.15629.0000"
    with Named(b"", speak_first=False) as farm, Named(b"", speak_first=False) as other:
        routes = (
            "@farm rdp {\ncookie_ip 10.1.2.0/24\ncookie_port 3389\n}\n"
            f"route @farm {{\nproxy 127.0.0.1:{farm.port}\n}}\n"
            f"@rdp rdp\nroute @rdp {{\nproxy 127.0.0.1:{other.port}\n}}"
        )
        with layer4(tmp_path, routes) as (port, _):
            _freerdp(display, port, f"/load-balance-info:{token}")
            assert other.first == []
            assert token.encode() in farm.first[0]

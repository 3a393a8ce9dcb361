"""HTTP/2 with real programs at either end: curl, nghttp, h2load and Caddy."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.programs import caddylite, free_port, need, root_certificate, running

BIG = os.urandom(3_000_000)
SITES = """{{
	admin off
	auto_https disable_redirects
	skip_install_trust
	http_port {http}
	https_port {https}
	servers :{https} {{
		listener_wrappers {{
			layer4 {{
				@vpn tls sni vpn.localhost
				route @vpn {{
					echo
				}}
			}}
			tls
		}}
	}}
}}
https://localhost {{
	tls internal
	{routes}
}}
http://localhost {{
	{routes}
}}
"""
ROUTES = """root {root}
	handle /say {{
		respond "{{http.request.proto}} {{http.request.scheme}} {{http.request.hostport}}"
	}}
	handle {{
		file_server
	}}
"""


def caddy():
    """Return the real Caddy, or skip."""
    beside = Path(sys.executable).with_name("caddy")
    return os.environ.get("CADDY") or (str(beside) if beside.exists() else need("caddy"))


def said(argv, data=None):
    """Run a client to its end and return what it says; it must be content."""
    done = subprocess.run(argv, input=data, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (argv, done.stderr[-2000:], done.stdout[-500:])
    return done.stdout


class Sites:
    """Our server with its two ports."""

    def __init__(self, folder):
        self.http, self.https = free_port(), free_port()
        (folder / "big").write_bytes(BIG)
        routes = ROUTES.format(root=folder)
        self.file = folder / "Caddyfile"
        self.file.write_text(SITES.format(http=self.http, https=self.https, routes=routes))

    def url(self, path, secure=True):
        scheme, port = ("https", self.https) if secure else ("http", self.http)
        return f"{scheme}://localhost:{port}{path}"


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    home = tmp_path_factory.mktemp("sites")
    made = Sites(home)
    with caddylite(made.file, home):
        made.root = root_certificate(home)
        yield made


def curl(sites, path, *options, secure=True, data=None):
    need("curl")
    version = "--http2" if secure else "--http2-prior-knowledge"
    return said(
        ["curl", "-sS", "-m", "30", version, "--cacert", str(sites.root), *options,
         sites.url(path, secure)], data,
    )  # fmt: skip


@pytest.mark.parametrize("secure", [True, False])
def test_curl(sites, secure):
    scheme, port = ("https", sites.https) if secure else ("http", sites.http)
    said_back = curl(sites, "/say", "-w", " %{http_version}", secure=secure)
    assert said_back == f"HTTP/2.0 {scheme} localhost:{port} 2".encode()
    assert curl(sites, "/big", secure=secure) == BIG
    assert curl(sites, "/big", "-r", "5-9", secure=secure) == BIG[5:10]
    head = curl(sites, "/big", "-I", secure=secure)
    assert head.startswith(b"HTTP/2 200")
    assert b"content-length: 3000000" in head
    assert curl(sites, "/none", "-o", os.devnull, "-w", "%{http_code}", secure=secure) == b"404"


def test_many_at_a_time_over_one_connection(sites):
    urls = [sites.url(f"/big?{i}") for i in range(5)]
    outs = [o for url in urls for o in ("-o", "-", url)]
    got = curl(sites, "/say", "-Z", *outs, "-o", os.devnull, "-w", "")
    assert len(got) == 5 * len(BIG)


def test_old_clients_beside_new_ones(sites):
    need("curl")
    argv = ["curl", "-sS", "--cacert", str(sites.root)]
    assert said([*argv, "--http1.1", sites.url("/say")]).startswith(b"HTTP/1.1 https ")
    assert said([*argv, sites.url("/say", False)]).startswith(b"HTTP/1.1 http ")


def test_nghttp(sites):
    program = need("nghttp", "nghttp2-client")
    talk = said([program, "-v", sites.url("/say")]).decode()
    assert "The negotiated protocol: h2" in talk
    assert ":status: 200" in talk
    assert "SETTINGS_MAX_CONCURRENT_STREAMS(0x03):250" in talk
    assert said([program, sites.url("/big")]) == BIG


@pytest.mark.parametrize("path", ["/say", "/big"])
def test_h2load(sites, path):
    program = need("h2load", "nghttp2-client")
    talk = said([program, "-n", "200", "-c", "4", "-m", "10", sites.url(path)]).decode()
    assert re.search(r"200 done, 200 succeeded, 0 failed", talk), talk


def test_h2spec(sites):
    program = need("h2spec", "nothing: it is a Go program, github.com/summerwind/h2spec")
    argv = [program, "-t", "-k", "-h", "localhost", "-p", str(sites.https), "-P", "/say"]
    assert b"145 tests, 145 passed" in said(argv)


# Caddy behind us, and in front of us.

UPSTREAM = """{{
	admin off
	auto_https disable_redirects
	skip_install_trust
	http_port {http}
	https_port {https}
}}
https://localhost, http://localhost {{
	tls internal
	route {{
		respond /say "{{http.request.proto}} {{http.request.hostport}}"
		root {root}
		file_server
	}}
}}
"""
FRONT = """{{
	admin off
	auto_https disable_redirects
	skip_install_trust
	http_port {http}
}}
http://localhost:{http} {{
	reverse_proxy {{
		to {to}
		header_up Host {{http.request.host}}:{port}
		transport http {{
			versions {versions}
			{tls}
		}}
	}}
}}
"""


def environment(home):
    return {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"),
            "XDG_CONFIG_HOME": str(home / "config")}  # fmt: skip


class Both:
    """Caddy with the sites, and what is put in front of it."""

    def __init__(self, home):
        self.http, self.https = free_port(), free_port()
        (home / "big").write_bytes(BIG)
        self.file = home / "Caddyfile"
        self.file.write_text(UPSTREAM.format(http=self.http, https=self.https, root=home))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Run Caddy as the upstream of a test."""
    program = caddy()
    home = tmp_path_factory.mktemp("caddy")
    made = Both(home)
    argv = [program, "run", "--config", str(made.file)]
    with running(argv, home / "caddy.log", made.https, environment(home)):
        yield made


def front(home, upstream, versions, secure):
    """Write the config of a proxy; return its port and the file."""
    port = free_port()
    to = f"127.0.0.1:{upstream.https if secure else upstream.http}"
    tls = "tls\n\t\t\ttls_insecure_skip_verify\n\t\t\ttls_server_name localhost"
    text = FRONT.format(
        http=port, to=to, port=to.rpartition(":")[2], versions=versions, tls=tls if secure else ""
    )
    file = home / "front.Caddyfile"
    file.write_text(text)
    return port, file


def ask(port, path, *options):
    need("curl")
    return said(["curl", "-sS", "-m", "30", *options, f"http://localhost:{port}{path}"])


@pytest.mark.parametrize(("versions", "secure"), [("h2c 2", False), ("1.1 2", True)])
def test_caddy_as_the_upstream(real, tmp_path, versions, secure):
    port, file = front(tmp_path, real, versions, secure)
    with caddylite(file, tmp_path):
        assert ask(port, "/say").startswith(b"HTTP/2.0 localhost:")
        assert ask(port, "/big") == BIG
        many = [o for i in range(8) for o in ("-o", "-", f"http://localhost:{port}/big?{i}")]
        assert len(ask(port, "/say", "-Z", *many, "-o", os.devnull)) == 8 * len(BIG)
        head = ask(port, "/say", "-i")
        assert b"Via: 2.0 Caddy\r\n" in head


@pytest.mark.parametrize(("versions", "secure"), [("h2c 2", False), ("1.1 2", True)])
def test_caddy_in_front_of_us(sites, tmp_path, versions, secure):
    program = caddy()
    port, file = front(tmp_path, sites, versions, secure)
    argv = [program, "run", "--adapter", "caddyfile", "--config", str(file)]
    with running(argv, tmp_path / "caddy.log", port, environment(tmp_path)):
        assert ask(port, "/say").startswith(b"HTTP/2.0 ")
        assert ask(port, "/big") == BIG
        many = [o for i in range(8) for o in ("-o", "-", f"http://localhost:{port}/big?{i}")]
        assert len(ask(port, "/say", "-Z", *many, "-o", os.devnull)) == 8 * len(BIG)


SAME = """{{
	admin off
	auto_https off
	http_port {port}
}}
http://localhost {{
	root {root}
	log
	@two protocol http/2
	header @two X-Two yes
	respond /say "{{http.request.proto}} {{http.request.uri}} {{http.request.header.cookie}}"
	respond /teapot 418
	respond /empty 204
	redir /moved /say
	error /broken "no" 503
	abort /abort
	header /odd {{
		Connection keep-alive
		Content-Length 5
		+X-Many one
	}}
	respond /odd "hello"
	respond /early "early" {{
		close
	}}
	encode gzip
	file_server
}}
"""
ASKED = [
    ("/say?a=b",), ("/say", "-b", "a=1; b=2"), ("/say", "-I"), ("/teapot",), ("/empty",),
    ("/moved",), ("/broken",), ("/abort",), ("/odd",), ("/text",), ("/text", "-I"),
    ("/text", "--compressed"), ("/text", "-r", "2-4"), ("/text", "-H", "If-None-Match: *"),
    ("/none",), ("/text", "-X", "OPTIONS"), ("/text", "-X", "POST"), ("/early",),
    ("/a%20b%2fc",), ("/x%zz",), ("/say", "-H", "Host: other.example"),
    ("/say", "-H", "X-Under_score: 1"), ("//say",),
    ("/say", "-X", "OPTIONS", "--request-target", "*"),
]  # fmt: skip


def heard(port, path, *options):
    """Return a client's end: its status, the head in order of names, the body."""
    argv = ["curl", "-sS", "-i", "-m", "10", "--http2-prior-knowledge", "--path-as-is", *options]
    done = subprocess.run(
        [*argv, f"http://localhost:{port}{path}"], capture_output=True, timeout=30, check=False
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    hidden = (b"date:", b"last-modified:", b"etag:")
    shown = [f.replace(b"%d" % port, b"PORT") for f in sorted(fields) if not f.startswith(hidden)]
    return done.returncode, first, shown, body.replace(b"%d" % port, b"PORT")


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """Run the same config by Caddy and by us; yield both ports."""
    program = need("curl") and caddy()
    homes = [tmp_path_factory.mktemp(name) for name in ("theirs", "ours")]
    ports = [free_port(), free_port()]
    for home, port in zip(homes, ports, strict=True):
        (home / "text").write_text("hello, text\n" * 200)
        (home / "Caddyfile").write_text(SAME.format(port=port, root=home))
    argv = [program, "run", "--config", str(homes[0] / "Caddyfile")]
    with (
        running(argv, homes[0] / "caddy.log", ports[0], environment(homes[0])),
        caddylite(homes[1] / "Caddyfile", homes[1]),
    ):
        yield ports


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_the_same_answer_as_caddys(twins, asked):
    theirs, ours = (heard(port, *asked) for port in twins)
    assert ours == theirs


def test_an_upload_goes_through(tmp_path):
    """HTTP/2 from curl and to Caddy: the body comes back as it was sent."""
    echo = tmp_path / "echo.json"
    port = free_port()
    handler = {"handler": "static_response", "body": "{http.request.body}"}
    config = {"admin": {"disabled": True}, "apps": {"http": {"servers": {"a": {
        "listen": [f"127.0.0.1:{port}"], "routes": [{"handle": [handler]}]}}}}}  # fmt: skip
    echo.write_text(json.dumps(config))
    argv = [caddy(), "run", "--config", str(echo)]
    with running(argv, tmp_path / "echo.log", port, environment(tmp_path)):
        front_port, file = front(tmp_path, Ends(port), "h2c 2", False)
        with caddylite(file, tmp_path):
            data = "x" * 1_000_000
            got = subprocess.run(
                ["curl", "-sS", "-m", "30", "--http2-prior-knowledge", "--data-binary", "@-",
                 f"http://localhost:{front_port}/"],
                input=data, capture_output=True, text=True, timeout=60, check=True,
            )  # fmt: skip
            assert got.stdout == data


class Ends:
    """An upstream by its port."""

    def __init__(self, port):
        self.http = self.https = port

"""curl as the client."""

import shutil
import subprocess

import pytest

from tests.http.live.loopback import running
from tests.http.live.support import routes

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("site")
    (root / "big.txt").write_text("0123456789" * 100_000)
    (root / "a.txt").write_text("hello")
    encode = {"handler": "encode", "encodings": {"gzip": {}}}
    files = {"handler": "file_server", "root": str(root)}
    echo = {"handler": "reverse_proxy", "upstreams": []}
    say = {"handler": "static_response", "body": "{http.request.method} {http.request.uri}"}
    config = {
        "files": routes(encode, files),
        "say": routes({"handler": "request_body", "max_size": 10}, say),
        "none": routes(echo),
    }
    with running({"servers": config}) as running_site:
        yield running_site


def curl(site, name, path, *options):
    url = f"http://127.0.0.1:{site.port(name)}{path}"
    done = subprocess.run(
        [CURL, "-sS", "-m", "20", *options, url], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_files(site):
    assert curl(site, "files", "/a.txt") == b"hello"
    assert curl(site, "files", "/big.txt", "--compressed") == b"0123456789" * 100_000
    assert curl(site, "files", "/big.txt", "-r", "5-9") == b"56789"
    assert curl(site, "files", "/big.txt", "-I").startswith(b"HTTP/1.1 200 OK")
    assert curl(site, "files", "/none", "-o", "/dev/null", "-w", "%{http_code}") == b"404"


def test_several_requests_use_one_connection(site):
    url = f"http://127.0.0.1:{site.port('say')}/2"
    out = curl(site, "say", "/1", url, "-w", " %{num_connects};")
    assert out == b"GET /2 1;GET /1 0;"


def test_old_and_new_versions(site):
    assert curl(site, "say", "/x", "--http1.0") == b"GET /x"
    assert curl(site, "say", "/x", "--http2") == b"GET /x"  # asks for h2c and goes on without


def test_a_body_with_expect(site):
    out = curl(
        site, "say", "/x", "-d", "x" * 2000, "-H", "Expect: 100-continue", "-w", "%{http_code}"
    )
    assert out == b"POST /x200"


def test_no_upstream(site):
    assert curl(site, "none", "/", "-o", "/dev/null", "-w", "%{http_code}") == b"503"

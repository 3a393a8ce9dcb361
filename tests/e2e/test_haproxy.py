"""haproxy on both sides: PROXY headers of either version, with TLVs, taken here and sent on."""

import pytest

from tests.e2e.daemons import haproxy
from tests.e2e.layer4 import layer4, run
from tests.e2e.peers import certificate
from tests.e2e.programs import free_port, need

PROVES = {
    "layer4.matchers.proxy_protocol": "haproxy send-proxy, send-proxy-v2; curl --haproxy-protocol",
    "layer4.handlers.proxy_protocol": "haproxy send-proxy, send-proxy-v2 with TLVs",
    "layer4.handlers.proxy": "haproxy accept-proxy behind it, PROXY v1 and v2",
}
ALL_TLVS = "send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,crc32c,authority,unique-id"


def _routes(behind: int, version: str) -> str:
    return (
        "@header proxy_protocol\n"
        "route @header {\nproxy_protocol {\nallow 127.0.0.0/8\ntimeout 2s\n}\n}\n"
        "@known remote_ip 127.0.0.3\n"
        f"route @known {{\nproxy {{\nproxy_protocol {version}\nupstream 127.0.0.1:{behind}\n}}\n}}"
    )


def _behind(port: int) -> str:
    """A server that says where the PROXY header told it the client is."""
    return (
        f"frontend behind\n  mode http\n  bind 127.0.0.1:{port} accept-proxy\n"
        '  http-request return status 200 content-type text/plain lf-string "src=%[src]"\n'
    )


@pytest.mark.parametrize("sent", ["send-proxy", "send-proxy-v2", ALL_TLVS])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_clients_address_goes_through(tmp_path, sent, version):
    curl = need("curl")
    need("haproxy")
    cert, key = certificate(tmp_path, "front.example.test")
    pem = tmp_path / "front.pem"
    pem.write_text(cert.read_text() + key.read_text())
    front, behind, port = free_port(), free_port(), free_port()
    config = (
        f"frontend front\n  bind 127.0.0.1:{front} ssl crt {pem}\n"
        "  unique-id-format %{+X}o%ci%cp\n  default_backend us\n"
        f"backend us\n  server s 127.0.0.1:{port} {sent}\n{_behind(behind)}"
    )
    with (
        layer4(tmp_path, _routes(behind, version), port=port),
        haproxy(tmp_path, config, front),
    ):
        said = run(
            curl, "-sS", "--cacert", str(cert), "--interface", "127.0.0.3", "--resolve",
            f"front.example.test:{front}:127.0.0.1", f"https://front.example.test:{front}/",
        )  # fmt: skip
        assert said.stdout == "src=127.0.0.3", said.stderr


def test_curl_sends_a_header_of_its_own(tmp_path):
    curl = need("curl")
    need("haproxy")
    behind = free_port()
    with (
        haproxy(tmp_path, _behind(behind), behind),
        layer4(tmp_path, _routes(behind, "v2")) as (port, _),
    ):
        said = run(curl, "-sS", "--haproxy-protocol", "--interface", "127.0.0.3",
                   f"http://127.0.0.1:{port}/")  # fmt: skip
        assert said.stdout == "src=127.0.0.3", said.stderr


def test_a_header_from_a_stranger_is_not_believed(tmp_path):
    """The fallback policy decides: REJECT closes, the default passes it by unread."""
    curl = need("curl")
    routes = (
        "@header proxy_protocol\nroute @header {\n"
        "proxy_protocol {\nallow 192.0.2.0/24\nfallback_policy REJECT\n}\n}\n"
        "@known remote_ip 127.0.0.3\nroute @known {\necho\n}"
    )
    with layer4(tmp_path, routes) as (port, _):
        said = run(curl, "-sS", "-m", "5", "--haproxy-protocol", "--interface", "127.0.0.3",
                   f"http://127.0.0.1:{port}/")  # fmt: skip
        assert said.stdout == ""
        assert said.returncode in (52, 56)

"""The path of made-up clients through configs that share a port."""

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.errors import ConfigError
from caddylite.testing import clients, render
from caddylite.testing.clients import Client
from caddylite.testing.trace import trace

SHARED = """{
	servers :443 {
		listener_wrappers {
			proxy_protocol
			layer4 {
				@vpn tls sni vpn.example.com
				route @vpn {
					proxy {
						proxy_protocol v2
						upstream 127.0.0.1:4443
					}
				}
				@ssh ssh
				route @ssh {
					subroute {
						@office remote_ip 192.0.2.0/24
						route @office {
							proxy {l4.conn.remote_addr}:22
						}
					}
				}
			}
			tls
		}
	}
}
www.example.com {
	handle /api/* {
		reverse_proxy 127.0.0.1:8000
	}
	handle {
		respond hi
	}
}
"""


def go(client: Client, config: str = SHARED, listen: str = ":443"):
    compiled, _ = from_caddyfile(config)
    return trace(compiled, client, listen)


def hello(name: str, inner: bytes = b"") -> Client:
    return Client(clients.client_hello(name), inner)


def test_an_sni_goes_to_its_upstream():
    t = go(hello("vpn.example.com"))
    assert (t.outcome, t.place, t.upstreams) == (
        "proxy", "srv0-wrapper/0.0:proxy", ("127.0.0.1:4443",)
    )  # fmt: skip
    assert "PROXY v2 from 192.0.2.1:50000" in t.why


def test_everything_else_falls_through_to_the_site():
    t = go(hello("www.example.com", clients.http_request("www.example.com", "/api/x")))
    assert t.outcome == "http"
    assert "reverse_proxy to 127.0.0.1:8000" in t.why
    t = go(hello("www.example.com", clients.http_request("www.example.com", "/")))
    assert "static_response 200" in t.why


def test_a_subroute_that_matches_nothing_passes_on():
    ssh = b"SSH-2.0-OpenSSH_9.6\r\n"
    assert go(Client(ssh)).upstreams == ("192.0.2.1:50000:22",)
    outside = go(Client(ssh, remote=("198.51.100.7", 1)))
    assert outside.outcome == "tls"
    assert "not a TLS handshake record" in outside.why


def test_a_proxy_header_is_taken_off_first():
    header = b"PROXY TCP4 198.51.100.9 203.0.113.1 5555 443\r\n"
    t = go(Client(header + clients.client_hello("vpn.example.com")))
    assert t.place == "srv0-wrapper/0.0:proxy"
    assert "PROXY v2 from 192.0.2.1:50000" in t.why  # nobody is believed unless the config says so
    believing = SHARED.replace("proxy_protocol\n", "proxy_protocol {\nallow 192.0.2.0/24\n}\n", 1)
    t = go(Client(header + clients.client_hello("vpn.example.com")), believing)
    assert "PROXY v2 from 198.51.100.9:5555" in t.why
    assert t.preface[:12] == b"\r\n\r\n\x00\r\nQUIT\n"


@pytest.mark.parametrize("cut", [1, 3, 5, 40, 200])
def test_half_a_hello_is_pending_and_says_for_whom(cut):
    t = go(Client(clients.client_hello("vpn.example.com")[:cut]))
    assert t.outcome == "pending"
    assert "route 0" in t.why


def test_a_silent_client_is_pending():
    assert go(Client()).outcome == "pending"


def test_text_and_json_say_the_same():
    t = go(hello("vpn.example.com"))
    text, plain = render.to_text(t), render.to_json(t)
    assert "> route 0  matched" in text
    assert text.endswith(f"=> proxy {plain['place']}: {plain['why']}\n")
    assert plain["steps"][-1]["taken"] == 0


def test_a_listener_that_is_not_there():
    with pytest.raises(ConfigError) as e:
        go(Client(), listen=":99")
    assert e.value.hint == "the config listens on :443, :80"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", ("192.0.2.7", 50000)),
        ("192.0.2.7:99", ("192.0.2.7", 99)),
        ("[2001:db8::7]:99", ("2001:db8::7", 99)),
        ("2001:db8::7", ("2001:db8::7", 50000)),
    ],
)
def test_addresses(text, address):
    assert clients.parse_address(text) == address

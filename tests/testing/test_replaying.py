"""Captures through a config."""

from caddylite.testing.clients import ssh, tls
from caddylite.testing.clients.datagrams import dns
from caddylite.testing.lab import Lab
from caddylite.testing.replaying import replay
from tests.testing.clients.test_capture import ME, YOU, ethernet, pcap_of, tcp, udp

CONFIG = """{
	layer4 {
		:443 {
			@vpn tls sni vpn.example.com
			route @vpn {
				proxy 127.0.0.1:4443
			}
			@office remote_ip 192.0.2.8
			route @office {
				echo
			}
		}
		udp/:53 {
			@dns dns
			route @dns {
				proxy udp/127.0.0.1:5
			}
		}
	}
}
"""


def stream(source, target, data):
    return [tcp(source, target, sequence=1, flags=2), tcp(source, target, data, 2)]


def test_every_client_goes_where_it_dialled(tmp_path):
    packets = [
        *stream(ME, YOU, tls("vpn.example.com").data),
        *stream(("192.0.2.8", 5), YOU, ssh().data),
        *stream(("192.0.2.9", 5), YOU, ssh().data),
        udp(ME, ("203.0.113.1", 53), dns().data),
        *stream(ME, ("203.0.113.1", 99), ssh().data),
    ]
    file = tmp_path / "x.pcap"
    file.write_bytes(pcap_of([ethernet(p) for p in packets]))
    found = list(replay(Lab.from_text(CONFIG), str(file)))
    assert [r.words for r in found] == [
        "proxy 127.0.0.1:4443",
        "echo",
        "closed",
        "proxy udp/127.0.0.1:5",
        "nothing listens",
    ]
    assert found[0].trace.client.remote == ME
    assert found[0].trace.client.local == YOU
    everywhere = list(replay(Lab.from_text(CONFIG), str(file), ":443"))
    assert everywhere[-1].words == "closed"

"""``sample_configs/capture.pcap``: an hour at port 443, made of our own recordings of clients.

``python -m tests.testing.sample_capture`` writes it.
"""

from pathlib import Path

from caddylite.testing import clients
from tests.testing.clients.test_capture import SYN, ethernet, pcap_of, tcp

FILE = Path(__file__).parents[2] / "sample_configs" / "capture.pcap"
HERE = "203.0.113.1"
#: Ethernet's largest payload, without the headers of IP and TCP.
SEGMENT = 1460
#: From where to which port what is sent, in words.
HOUR = (
    ("198.51.100.7", 443, "tls sni=vpn.example.com like=openconnect"),
    ("198.51.100.7", 443, "tls sni=vpn.example.com like=openconnect"),
    ("192.0.2.33", 443, "tls sni=www.example.com like=chrome"),
    ("192.0.2.34", 443, "tls sni=www.example.com like=firefox"),
    ("192.0.2.35", 443, "tls sni=www.example.com like=safari"),
    ("192.0.2.99", 443, "tls sni=203-0-113-1.example.net like=curl"),
    ("192.0.2.99", 443, "tls"),
    ("192.0.2.98", 443, "http host=203.0.113.1 path=/.env"),
    ("192.0.2.98", 443, "ssh"),
    ("192.0.2.97", 443, "rdp cookie=hello"),
    ("192.0.2.97", 443, "silent"),
    ("192.0.2.96", 3389, "rdp cookie=hello"),
)


def capture() -> bytes:
    """Return the file's bytes: for each client a SYN, and its first flight in segments."""
    packets = []
    for number, (source, port, words) in enumerate(HOUR):
        there, here = (source, 40000 + number), (HERE, port)
        packets.append(tcp(there, here, sequence=1000, flags=SYN))
        data = clients.parse(words).data
        for at in range(0, len(data), SEGMENT):
            packets.append(tcp(there, here, data[at : at + SEGMENT], 1001 + at))
    return pcap_of([ethernet(p) for p in packets])


if __name__ == "__main__":
    FILE.write_bytes(capture())

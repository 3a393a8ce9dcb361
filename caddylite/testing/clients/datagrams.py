"""Clients of protocols that mostly come in datagrams: dns, openvpn, wireguard."""

from typing import Final

from caddylite.errors import ConfigError
from caddylite.testing.clients.base import Client, datagram_client, recording

_TYPES: Final = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28,
    "SRV": 33, "HTTPS": 65, "AXFR": 252, "ANY": 255,
}  # fmt: skip
#: By mode: which recordings there are, over UDP and over TCP.
_OPENVPN: Final = {
    "plain": ("openvpn_udp_plain", "openvpn_tcp_plain"),
    "tls-auth": ("", "openvpn_tcp_tlsauth"),
    "tls-crypt": ("openvpn_udp_tlscrypt", ""),
    "tls-crypt-v2": ("", "openvpn_tcp_tlscryptv2"),
}


def dns(
    name: str = "www.example.com",
    type: str = "A",  # noqa: A002 what DNS calls it
    *,
    network: str = "udp",
) -> Client:
    """Return a DNS query (RFC 1035 4.1), recursion desired; ``network=tcp``: a length first."""
    number = _TYPES.get(type.upper())
    if number is None:
        raise ConfigError(f"unknown DNS type {type}", hint="known: " + ", ".join(_TYPES))
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    question = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    message = (
        b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0" + question + number.to_bytes(2, "big") + b"\0\1"
    )
    label = f"DNS {type} {name}"
    if network == "tcp":
        return Client(len(message).to_bytes(2, "big") + message, label=f"{label} over TCP")
    return datagram_client(label, message)


def openvpn(mode: str = "plain", *, network: str = "") -> Client:
    """Return an OpenVPN client's first message, as recorded.

    ``mode`` is plain, tls-auth, tls-crypt or tls-crypt-v2; each of the last three was recorded
    over one network only. Their keys are test keys.
    """
    kinds = _OPENVPN.get(mode)
    if kinds is None:
        raise ConfigError(f"no such OpenVPN mode: {mode}", hint="one of " + ", ".join(_OPENVPN))
    over_udp = network == "udp" or (not network and bool(kinds[0]))
    name = kinds[0] if over_udp else kinds[1]
    if not name:
        raise ConfigError(f"there is no recording of OpenVPN {mode} over {network}")
    packets = recording(name)
    label = f"OpenVPN {mode}"
    return datagram_client(label, *packets) if over_udp else Client(packets[0], label=label)


def wireguard() -> Client:
    """Return a WireGuard client's handshake initiation."""
    return datagram_client("WireGuard", *recording("wireguard_handshake"))

"""Clients made up for a question: what they send, from where, and what they say inside TLS.

Each is made by a function of its name (``tls(sni="vpn.example.com")``), or from words
(``parse("tls sni=vpn.example.com like=chrome")``), as the command line and the case files do.
Their bytes come from recordings of real clients and from the RFCs; no socket is opened.
"""

from caddylite.testing.clients.base import Client, parse_address, records
from caddylite.testing.clients.capture import pcap
from caddylite.testing.clients.datagrams import dns, openvpn, wireguard
from caddylite.testing.clients.hello import client_hello, tls
from caddylite.testing.clients.initial import quic
from caddylite.testing.clients.logins import postgres, rdp, socks4, socks5, ssh, winbox, xmpp
from caddylite.testing.clients.raw import proxy_protocol, raw, silent
from caddylite.testing.clients.requests import http, http_request
from caddylite.testing.clients.spec import KINDS, make, parse

__all__ = [
    "KINDS",
    "Client",
    "client_hello",
    "dns",
    "http",
    "http_request",
    "make",
    "openvpn",
    "parse",
    "parse_address",
    "pcap",
    "postgres",
    "proxy_protocol",
    "quic",
    "raw",
    "rdp",
    "records",
    "silent",
    "socks4",
    "socks5",
    "ssh",
    "tls",
    "winbox",
    "wireguard",
    "xmpp",
]

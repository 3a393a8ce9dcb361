"""Every matcher on every recording of a real client: whole, cut anywhere, and with more behind."""

import pytest
from hypothesis import given, settings

from tests.layer4.clients import (
    datagrams_matched,
    keeps_its_mind,
    matcher,
    names,
    recording,
    recordings_matched,
    says,
    says_to_datagrams,
    settles,
    streams,
)

TLS = {name for name in names("tcp") if name.startswith("tls")}
VPN = {"openvpn_tcp_plain", "openvpn_tcp_tlsauth", "openvpn_tcp_tlscryptv2"}

#: What each matcher, as it stands in a Caddyfile, makes of the recorded TCP clients.
MATCHED = {
    "tls": TLS,
    "tls sni *.example.test": {
        "tls12_openssl",
        "tls_curl_h2",
        "tls_gnutls_cli",
        "tls_gnutls_openconnect",
        "tls_openssl_sni_alpn",
        "tls_xmpp_direct",
    },
    "tls sni localhost": {
        "tls_impersonate_chrome",
        "tls_impersonate_firefox",
        "tls_impersonate_safari",
        "tls_postgres_direct",
    },
    "tls alpn postgresql xmpp-client": {"tls_postgres_direct", "tls_xmpp_direct"},
    "tls sni_regexp ^vpn[.]": {"tls_gnutls_openconnect", "tls_openssl_sni_alpn"},
    "tls remote_ip 192.0.2.0/24": TLS,
    "tls local_ip 10.0.0.0/8": set(),
    "ssh": {"ssh_openssh"},
    "http": {"http1_curl", "http2_prior_knowledge"},
    "http path /a": {"http1_curl"},
    "http host 127.0.0.1": {"http1_curl", "http2_prior_knowledge"},
    "dns": {"dns_tcp_dig"},
    "openvpn": {"openvpn_tcp_plain"},
    "openvpn {\nignore_timestamp\n}": VPN,
    "postgres": {"pg_sslrequest", "pg_startup"},
    "proxy_protocol": {"http1_proxyproto_v1"},
    "rdp": {"rdp_freerdp_cookie", "rdp_freerdp_negotiate"},
    "regexp ^SSH-": {"ssh_openssh"},
    "socks4": {"socks4", "socks4a"},
    "socks5": {"socks5_noauth", "socks5_userpass"},
    "winbox": set(),
    "wireguard": set(),
    "xmpp": {"xmpp_gosendxmpp"},
    "quic": set(),
    "remote_ip 192.0.2.7": set(names("tcp")),
    "not remote_ip private_ranges": set(names("tcp")),
    "not tls": set(names("tcp")) - TLS,
}

#: The same for the UDP ones.
DATAGRAMS = {
    "dns": {"dns_udp_dig"},
    "openvpn": {"openvpn_udp_plain"},
    "openvpn {\nignore_timestamp\n}": {"openvpn_udp_plain", "openvpn_udp_tlscrypt"},
    "wireguard": {"wireguard_handshake"},
    "quic": {"quic_gtlsclient", "quic_libcurl_h3", "quic_qh3_niquests"},
    "quic sni localhost": {"quic_gtlsclient", "quic_libcurl_h3", "quic_qh3_niquests"},
    "quic alpn h3": {"quic_gtlsclient", "quic_libcurl_h3", "quic_qh3_niquests"},
    "quic sni elsewhere": set(),
}


@pytest.mark.parametrize("words", MATCHED)
def test_the_right_recordings_match(words):
    assert recordings_matched(matcher(words)) == MATCHED[words]


@pytest.mark.parametrize("words", MATCHED)
def test_no_cut_changes_what_becomes_of_a_recording(words):
    match = matcher(words)
    for name in names("tcp"):
        (data,) = recording(name)
        answer = says(match, data)
        if answer is not None:
            assert settles(match, data, answer), name


@pytest.mark.parametrize("words", DATAGRAMS)
def test_the_right_datagrams_match(words):
    assert datagrams_matched(matcher(words)) == DATAGRAMS[words]


@pytest.mark.parametrize("words", DATAGRAMS)
def test_more_datagrams_change_nothing(words):
    match = matcher(words)
    for name in names("udp"):
        datagrams = recording(name)
        answer = says_to_datagrams(match, datagrams)
        memo = {}
        for end in range(1, len(datagrams) + 1):
            assert says_to_datagrams(match, datagrams[:end], memo=memo) in (None, answer)
        assert says_to_datagrams(match, [*datagrams, b"more"]) is answer


ALL = [recording(name)[0] for name in names("tcp")]


@pytest.mark.parametrize("words", MATCHED)
def test_no_bytes_make_a_matcher_fail_or_change_its_mind(words):
    match = matcher(words)

    @settings(max_examples=25, deadline=None)
    @given(streams(*ALL))
    def check(data):
        assert keeps_its_mind(match, data[:400])

    check()


@pytest.mark.parametrize("words", DATAGRAMS)
def test_no_datagram_makes_a_matcher_fail(words):
    match = matcher(words)
    everything = [d for kind in ("udp", "tcp") for name in names(kind) for d in recording(name)]

    @settings(max_examples=60, deadline=None)
    @given(streams(*everything))
    def check(data):
        answer = says_to_datagrams(match, [data])
        assert answer is None or says_to_datagrams(match, [data, b"\0"]) is answer

    check()

"""Caddyfiles in which one option of a layer-4 module has some value, mostly a wrong one."""

from collections.abc import Iterator

_KEY = "0" * 512
VALUES = (
    "", "x", "0", "-1", "70000", "5s", "1.2.3.4", "10.0.0.0/8", "10.0.0.0/33", "::1", "::/129",
    "private_ranges", "{env.NO}", "{l4.x}", "(", "[a-", "é", "25:00:00", "12:00:00", "12:00",
    "24:00:00", "Europe/Paris", "UTC", "Local", "+01:00", "+25:00", "Nowhere/X", "v1", "v2", "V1",
    "v3", "tls1.2", "tls1.3", "a b", '""', '"a b"', "1.5", "1d", "99999999999999999999",
    "127.0.0.1:80", "tcp/127.0.0.1:80", "udp/1.1.1.1:53", "unix//tmp/x", "127.0.0.1:1-3",
    "127.0.0.1", "host:99999", "{l4.tls.server_name}:443", "{env.NO}:80", "first", "random",
    "ip_hash", "random_choose 1", "random_choose 2", "weighted_round_robin 1 2",
    "weighted_round_robin 1", "weighted_round_robin 0 0", "nope", "plain", "auth", "crypt",
    "crypt2", "GET", "CONNECT", "BIND", "IN", "A", "ANY", "h2", "use", "IGNORE",
    "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "x25519", "secp256r1",
    "inline x", "system", "combined", "require", "verify_if_given", "md5", "sha256", "a b c",
)  # fmt: skip

#: Matchers, with ``%s`` for the value; a bar is a line break.
MATCHERS = (
    "clock %s 12:00:00", "clock 12:00:00 %s", "clock 12:00:00 13:00:00 %s", "clock after %s",
    "clock before %s", "dns {|allow %s|}", "dns {|deny %s|}", "dns {|default_deny %s|}",
    "dns {|prefer_allow %s|}", "dns {|allow_regexp %s|}", "dns {|allow * %s|}", "local_ip %s",
    "remote_ip %s", "not remote_ip %s", "not %s", "openvpn {|modes %s|}",
    "openvpn {|auth_digest %s|}", "openvpn {|group_key %s|}", "openvpn {|group_key_direction %s|}",
    "openvpn {|server_key %s|}", "openvpn {|client_key %s|}",
    "openvpn {|ignore_crypto|ignore_timestamp|modes %s|}",
    "openvpn {|modes auth|auth_digest %s|}",
    f"openvpn {{|modes auth|group_key {_KEY}|group_key_direction %s|}}",
    "postgres {|user %s|}", "postgres {|client %s|}", "postgres {|user a %s|}",
    "postgres {|tls %s|}", "postgres %s",
    "proxy_protocol %s", "quic {|alpn %s|}", "quic sni %s", "quic sni_regexp %s",
    "quic local_ip %s", "quic remote_ip %s", "rdp {|cookie_hash %s|}",
    "rdp {|cookie_hash_regexp %s|}", "rdp {|cookie_ip %s|}", "rdp {|cookie_port %s|}",
    "rdp {|custom_info %s|}", "rdp {|custom_info_regexp %s|}", "regexp %s", "regexp a %s",
    "regexp a 1 %s", "socks4 {|commands %s|}", "socks4 {|networks %s|}", "socks4 {|ports %s|}",
    "socks5 {|auth_methods %s|}", "ssh %s", "tls {|alpn %s|}", "tls sni %s", "tls sni_regexp %s",
    "tls {|remote_ip %s|}", "tls {|local_ip %s|}", "tls %s", "vars a %s", "vars %s",
    "vars_regexp a %s", "vars_regexp a b %s", "vars_regexp %s a b", "vars_regexp %s",
    "winbox {|modes %s|}",
    "winbox {|username %s|}", "winbox {|username_regexp %s|}", "wireguard %s", "xmpp %s",
    "http host %s", "http path_regexp %s", "http remote_ip %s", "http method %s",
    "http header_regexp A %s", "http {|not host %s|}", "http query a=%s", "http vars a %s",
    "http path %s", "http protocol %s", "http client_ip %s",
)  # fmt: skip

#: Handlers, likewise. What of TLS is a departure (versions, curves) or a file is left out.
HANDLERS = (
    "close %s", "echo %s", "postgres_tls %s", "proxy %s",
    *(f"proxy 127.0.0.1:1 {{|{option} %s|}}" for option in (
        "proxy_protocol", "lb_policy", "health_port", "health_interval", "health_timeout",
        "fail_duration", "max_fails", "lb_try_duration", "lb_try_interval",
        "unhealthy_connection_count",
    )),
    "proxy {|upstream %s|}", "proxy {|upstream {|dial %s|}|}",
    *(f"proxy {{|upstream 127.0.0.1:1 {{|{option} %s|}}|}}" for option in (
        "max_connections", "weight", "local_addr", "resolver_preference", "tls_trust_pool",
        "tls_except_ports", "tls_timeout", "tls_renegotiation", "tls_server_name",
        "tls_insecure_skip_verify",
    )),
    "proxy_protocol {|timeout %s|}", "proxy_protocol {|allow %s|}", "proxy_protocol {|deny %s|}",
    "proxy_protocol {|fallback_policy %s|}", "proxy_protocol %s", "socks5 {|commands %s|}",
    "socks5 {|bind_ip %s|}", "socks5 {|credentials %s|}", "socks5 {|credentials a %s|}",
    "subroute {|matching_timeout %s|}", "subroute {|@a %s|route @a {|echo|}|}", "tee {|%s|}",
    *(f"throttle {{|{option} %s|}}" for option in (
        "latency", "read_burst_size", "read_bytes_per_second", "total_read_burst_size",
        "total_read_bytes_per_second",
    )),
    *(f"tls {{|connection_policy {{|{option} %s|}}|}}" for option in (
        "ciphers", "alpn", "default_sni", "fallback_sni", "drop",
    )),
    *(f"tls {{|connection_policy {{|{block} {{|{option} %s|}}|}}|}}" for block, option in (
        ("client_auth", "mode"), ("client_auth", "trust_pool"),
        ("client_auth", "trusted_ca_cert"), ("client_auth", "trusted_leaf_cert"),
        ("match", "sni"), ("match", "remote_ip"), ("match", "local_ip"), ("match", "sni_regexp"),
        ("cert_selection", "serial_number"), ("cert_selection", "public_key_algorithm"),
    )),
    "vars a %s", "vars %s",
)  # fmt: skip

_OPTIONS = "{|layer4 {|:99 {|%s|route {|echo|}|}|}|}"
_WRAPPER = "{|servers {|listener_wrappers {|%s|}|}|}|:99|respond x"
#: Whole files.
FILES = (
    "{|layer4 {|%s {|route {|echo|}|}|}|}",
    _OPTIONS % "matching_timeout %s",
    _OPTIONS % "idle_timeout %s",
    _WRAPPER % "layer4 {|matching_timeout %s|route {|echo|}|}",
    _WRAPPER % "proxy_protocol {|fallback_policy %s|allow 10.0.0.0/8|}",
    _WRAPPER % "proxy_protocol {|allow %s|}",
    _WRAPPER % "proxy_protocol {|timeout %s|}",
)


def caddyfiles() -> Iterator[str]:
    """Return every option with every value."""
    files = [
        *(
            f"{{|layer4 {{|:99 {{|@a {m}|route @a {{|proxy 127.0.0.1:1|}}|}}|}}|}}"
            for m in MATCHERS
        ),
        *(f"{{|layer4 {{|:99 {{|route {{|{h}|}}|}}|}}|}}" for h in HANDLERS),
        *FILES,
    ]
    for file in files:
        for value in VALUES:
            yield file.replace("%s", value).replace("|", "\n") + "\n"

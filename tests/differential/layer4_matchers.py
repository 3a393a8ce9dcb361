"""Makes matchers for layer 4: any of them, with any of its options, seeded."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from tests.differential.layer4_requests import RANGES, Plain, Requests
from tests.wire import resets
from tests.wire.resets import CLIENT_KEY, KEY, SERVER_KEY

NAMES = ["localhost", "{env.L4_NAME}", "*.example.test", "www.example.test", "other.example"]
PROTOCOLS = ["h2", "http/1.1", "h3", "postgresql", "xmpp-client", "dot"]
_SERVER = b64encode(SERVER_KEY).decode()
_CLIENT = b64encode(CLIENT_KEY + resets.wrapped()).decode()


def write_files(folder: Path) -> None:
    """Write the files that matchers name."""
    (folder / "ours").write_text("127.0.0.0/8\n")
    (folder / "theirs").write_text("10.0.0.0/8\nnonsense\n")
    for name, kind, key in (
        ("group", "OpenVPN Static key V1", KEY.hex()),
        ("server", "OpenVPN tls-crypt-v2 server key", _SERVER),
        ("client", "OpenVPN tls-crypt-v2 client key", _CLIENT),
    ):
        lines = [f"-----BEGIN {kind}-----", key, f"-----END {kind}-----", ""]
        (folder / f"{name}.key").write_text("\n".join(lines))


class Matchers(Requests):
    """Makes sets of matchers."""

    def __init__(self, seed: str, folder: str, datagrams: bool) -> None:
        super().__init__(seed, folder)
        self.datagrams = datagrams

    def sets(self, depth: int = 0) -> list[Plain]:
        """Return one or two sets."""
        return [self.matcher_set(depth) for _ in range(self.rng.choice((1, 1, 1, 2)))]

    def matcher_set(self, depth: int = 0) -> Plain:
        """Return a set of one matcher, seldom two."""
        return dict(self.matcher(depth) for _ in range(self.rng.choice((1, 1, 1, 1, 2))))

    def matcher(self, depth: int) -> tuple[str, Any]:
        """Return the name of a matcher and its options."""
        names = [n[3:] for n in dir(self) if n.startswith("on_")] + ["tls", "http"]
        if depth:
            names.remove("not")
        if self.datagrams and self.rng.random() < 0.5:
            names = ["dns", "openvpn", "quic", "wireguard", "regexp"]
        name = self.rng.choice(names)
        return name.removesuffix("_"), getattr(self, f"on_{name}")(depth)

    def on_clock(self, _: int) -> Plain:
        return self.rng.choice(
            [{"after": "00:00:00", "before": "00:00:00"},
             {"after": "00:00:00", "before": "00:00:01"},
             {"after": "00:00:01", "timezone": "+05:30"},
             {"after": "23:59:59", "before": "00:00:01", "timezone": "UTC"}]
        )  # fmt: skip

    def on_dns(self, _: int) -> Plain:
        rules = [
            {"name": "example.test."}, {"type": "A"}, {"class": "IN"}, {"type": "MX"},
            {"name_regexp": r"^(|[-0-9a-z]+\.)example\.(com|test)\.$"},
            {"type_regexp": "^(A|AAAA)$"}, {"name": "*"}, {"name": "www.example.com."},
            {"class_regexp": "^I", "type": "A"}, {"class": "CH"},
        ]  # fmt: skip
        return self.maybe(
            allow=self.some(rules), deny=self.some(rules), default_deny=True, prefer_allow=True
        )

    def on_http(self, _: int) -> list[Plain]:
        return [self.request_set() for _ in range(self.rng.choice((0, 1, 1, 1, 2)))]

    def on_local_ip(self, _: int) -> Plain:
        return {"ranges": self.some(RANGES)}

    def on_not(self, depth: int) -> list[Plain]:
        return self.sets(depth + 1)

    def on_openvpn(self, _: int) -> Plain:
        found = self.maybe(
            modes=self.some(["plain", "auth", "crypt", "crypt2"], 1, 4),
            ignore_crypto=True, ignore_timestamp=True, auth_digest="sha256",
            group_key_direction=self.rng.choice(["normal", "inverse", "bidi"]),
        )  # fmt: skip
        file = f"{self.folder}/{{}}.key".format
        for choices in (
            [{"group_key": KEY.hex()}, {"group_key_file": file("group")}],
            [{"server_key": _SERVER}, {"server_key_file": file("server")}],
            [{"client_keys": [_CLIENT]}, {"client_key_files": [file("client")]}],
        ):
            if self.rng.random() < 0.2:
                found |= self.rng.choice(choices)
        return found

    def on_postgres(self, _: int) -> Plain:
        users = [{"u": ["d", "x"]}, {"postgres": None}, {"u": ["other"]}, {"u": None},
                 {"*": None}, {"*": ["d"], "other": None}]  # fmt: skip
        return self.one(
            user=self.rng.choice(users), client=self.some(["psql", "pgAdmin", "x"]),
            tls=self.rng.choice(["enabled", "disabled"]),
        )  # fmt: skip

    def on_proxy_protocol(self, _: int) -> Plain:
        return {}

    def on_tls(self, _: int) -> Plain:
        return self.maybe(
            sni=self.some(NAMES), alpn=self.some(PROTOCOLS),
            sni_regexp=self.rng.choice(
                [{"pattern": "^vpn"}, {"pattern": "test$", "name": "sni"}, {"pattern": "^l"}]
            ),
            remote_ip=self.maybe(ranges=self.some(RANGES), not_ranges=["127.0.0.9/32"]),
            local_ip={"ranges": self.some(RANGES)},
        )  # fmt: skip

    on_quic = on_tls

    def on_rdp(self, _: int) -> Plain:
        return self.one(
            cookie_hash=self.rng.choice(["x", "alice", "user"]), cookie_hash_regexp="^[a-z]",
            cookie_ips=["127.0.0.0/8"], cookie_ports=[3389], custom_info="x",
            custom_info_regexp="^T",
        )  # fmt: skip

    def on_regexp(self, _: int) -> Plain:
        choices = [
            {"pattern": "^SSH"}, {"pattern": "^GET", "count": 3},
            {"pattern": "^[A-Z]", "count": 1},
            {"pattern": "^1603", "hex": True}, {"pattern": "jabber", "count": 60},
            {"pattern": ".", "count": 300}, {"pattern": "^05", "hex": True, "count": 2}, {},
        ]  # fmt: skip
        return dict(self.rng.choice(choices))

    def on_remote_ip(self, _: int) -> Plain:
        return {"ranges": self.some(RANGES)}

    def on_remote_ip_list(self, _: int) -> Plain:
        return {"remote_ip_file": f"{self.folder}/{self.rng.choice(('ours', 'theirs'))}"}

    def on_socks4(self, _: int) -> Plain:
        return self.maybe(
            commands=self.some(["CONNECT", "BIND"]), networks=["127.0.0.0/8"], ports=[80, 443]
        )

    def on_socks5(self, _: int) -> Plain:
        return self.maybe(auth_methods=self.some([0, 1, 2], 1, 3))

    def on_ssh(self, _: int) -> Plain:
        return {}

    def on_vars(self, _: int) -> Plain:
        return self.rng.choice(
            [{"kind": ["a"]}, {"kind": ["b", "c"]}, {"{l4.conn.remote_addr}": ["x"]},
             {"none": [""]}, {"{l4.tls.server_name}": ["localhost"]}, {"kind": ["{env.L4_NAME}"]}]
        )  # fmt: skip

    def on_vars_regexp(self, _: int) -> Plain:
        return self.rng.choice(
            [{"kind": {"pattern": "^[ab]$", "name": "kind"}},
             {"{l4.conn.remote_addr}": {"pattern": "^127"}},
             {"{l4.tls.server_name}": {"pattern": "test$"}},
             {"{l4.ssh.version}": {"pattern": "."}}]
        )  # fmt: skip

    def on_winbox(self, _: int) -> Plain:
        return self.one(
            modes=self.some(["standard", "romon"]), username="admin", username_regexp="^ad"
        )

    def on_wireguard(self, _: int) -> Plain:
        return self.maybe(zero=self.rng.choice([0, 1 << 31]))

    def on_xmpp(self, _: int) -> Plain:
        return {}

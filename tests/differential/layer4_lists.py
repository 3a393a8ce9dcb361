"""Makes route lists for layer 4: any matcher with any of its options, seeded."""

from random import Random
from typing import Any

Plain = dict[str, Any]

RANGES = ["127.0.0.0/8", "127.0.0.1/32", "10.0.0.0/8", "::1/128", "127.0.0.2/31"]
NAMES = ["localhost", "vpn.example.test", "*.example.test", "www.example.test", "other.example"]
PROTOCOLS = ["h2", "http/1.1", "h3", "postgresql", "xmpp-client", "dot"]
#: The most routes in a list with those inside others; each has a server of its own to lead to.
MARKS = 24


class Maker:
    """Makes the routes of one server; ``marks`` are handed out in order."""

    def __init__(self, seed: int, folder: str, datagrams: bool) -> None:
        self.rng = Random(f"{seed}/{datagrams}")
        self.folder, self.datagrams = folder, datagrams
        self.mark = 0

    def some(self, values: list[Any], least: int = 1, most: int = 2) -> list[Any]:
        return self.rng.sample(values, self.rng.randint(least, min(most, len(values))))

    def maybe(self, **options: Any) -> Plain:
        """Return some of these options, often none and seldom many."""
        often = self.rng.choice((0.0, 0.3, 0.5))
        return {k: v for k, v in options.items() if self.rng.random() < often}

    def one(self, **options: Any) -> Plain:
        """Return one of these options, or none."""
        key = self.rng.choice([None, *options])
        return {} if key is None else {key: options[key]}

    def matcher(self, depth: int = 0) -> tuple[str, Any]:
        names = [n[3:] for n in dir(self) if n.startswith("on_")]
        if depth:
            names.remove("not")
        if self.datagrams and self.rng.random() < 0.5:
            names = ["dns", "openvpn", "quic", "wireguard", "regexp"]
        name = self.rng.choice(names)
        return name, getattr(self, f"on_{name}")(depth)

    def matcher_set(self, depth: int = 0) -> Plain:
        return dict(self.matcher(depth) for _ in range(self.rng.choice((1, 1, 1, 1, 2))))

    def sets(self, depth: int = 0) -> list[Plain]:
        return [self.matcher_set(depth) for _ in range(self.rng.choice((1, 1, 1, 2)))]

    def routes(self, depth: int = 0) -> list[Plain]:
        out: list[Plain] = []
        for _ in range(self.rng.randint(1, 3 if depth else 6)):
            route: Plain = {"handle": self.handlers(depth)}
            if self.rng.random() < 0.93:
                route["match"] = self.sets()
            out.append(route)
        return out

    def handlers(self, depth: int) -> list[Plain]:
        kind = self.rng.random()
        if kind < 0.08:
            return [{"handler": "vars", "kind": self.rng.choice("ab")}]
        if kind < 0.12:
            return [{"handler": "close"}]
        if kind < 0.2 and depth < 2:
            inner: Plain = {"handler": "subroute", "routes": self.routes(depth + 1)}
            return [inner, self.proxy()] if self.rng.random() < 0.6 else [inner]
        return [self.proxy()]

    def proxy(self) -> Plain:
        """Lead to a server of its own: the place's mark is put in as its port."""
        self.mark = (self.mark + 1) % MARKS
        return {"handler": "proxy", "upstreams": [{"dial": [f"MARK{self.mark}"]}]}

    # The matchers.

    def on_clock(self, _: int) -> Plain:
        return self.rng.choice(
            [{"after": "00:00:00", "before": "00:00:00"},
             {"after": "00:00:00", "before": "00:00:01"},
             {"after": "23:59:59", "before": "00:00:01", "timezone": "UTC"}]
        )  # fmt: skip

    def on_dns(self, _: int) -> Plain:
        rules = [
            {"name": "example.test."}, {"type": "A"}, {"class": "IN"}, {"type": "MX"},
            {"name_regexp": r"^(|[-0-9a-z]+\.)example\.(com|test)\.$"},
            {"type_regexp": "^(A|AAAA)$"}, {"name": "*"}, {"name": "www.example.com."},
        ]  # fmt: skip
        return self.maybe(
            allow=self.some(rules), deny=self.some(rules), default_deny=True, prefer_allow=True
        )

    def on_http(self, _: int) -> list[Plain]:
        return [self.request_set() for _ in range(self.rng.choice((0, 1, 1, 1, 2)))]

    def request_set(self) -> Plain:
        hosts = ["127.0.0.1", "localhost", "*.example.test", "example.com", "api.example.test"]
        choice = self.rng.choice
        return self.maybe(
            host=self.some(hosts), path=self.some(["/a*", "/", "/api/*", "*.php", "/x"]),
            method=self.some(["GET", "POST", "HEAD"]),
            header=choice([{"User-Agent": ["curl*"]}, {"Accept": ["*/*"]}, {"X-No": ["1"]}]),
            header_regexp={"User-Agent": {"pattern": choice(["^curl", "zilla"])}},
            path_regexp={"pattern": choice(["^/a", "x$"])},
            protocol=choice(["http", "https", "http/1.1", "http/2", "http/1.1+"]),
            query=choice([{"q": ["*"]}, {"a": ["1"]}]),


        ) | ({"not": [{"path": ["/a*"]}]} if self.rng.random() < 0.1 else {})  # fmt: skip

    def on_local_ip(self, _: int) -> Plain:
        return {"ranges": self.some(RANGES)}

    def on_not(self, depth: int) -> list[Plain]:
        return self.sets(depth + 1)

    def on_openvpn(self, _: int) -> Plain:
        modes = ["plain", "auth", "crypt", "crypt2"]
        return self.maybe(modes=self.some(modes, 1, 4), ignore_crypto=True, ignore_timestamp=True)

    def on_postgres(self, _: int) -> Plain:
        users = [{"u": ["d", "x"]}, {"postgres": None}, {"u": ["other"]}, {"u": None}]
        return self.one(
            user=self.rng.choice(users), client=self.some(["psql", "pgAdmin", "x"]),
            tls=self.rng.choice(["enabled", "disabled"]),
        )  # fmt: skip

    def on_proxy_protocol(self, _: int) -> Plain:
        return {}

    def handshake(self) -> Plain:
        return self.maybe(
            sni=self.some(NAMES), alpn=self.some(PROTOCOLS),
            sni_regexp={"pattern": self.rng.choice(["^vpn", "test$", "^l"])},
            remote_ip=self.maybe(ranges=self.some(RANGES), not_ranges=["127.0.0.9/32"]),
            local_ip={"ranges": self.some(RANGES)},
        )  # fmt: skip

    def on_tls(self, _: int) -> Plain:
        return self.handshake()

    on_tls_again = on_tls

    def on_quic(self, _: int) -> Plain:
        return self.handshake()

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
             {"none": [""]}, {"{l4.tls.server_name}": ["localhost"]}]
        )  # fmt: skip

    def on_vars_regexp(self, _: int) -> Plain:
        return self.rng.choice(
            [{"kind": {"pattern": "^[ab]$"}}, {"{l4.conn.remote_addr}": {"pattern": "^127"}},
             {"{l4.ssh.version}": {"pattern": "."}}]
        )  # fmt: skip

    def on_winbox(self, _: int) -> Plain:
        return self.one(modes=self.some(["standard", "romon"]), username="admin")

    def on_wireguard(self, _: int) -> Plain:
        return self.maybe(zero=self.rng.choice([0, 1 << 31]))

    def on_xmpp(self, _: int) -> Plain:
        return {}


def make(seed: int, folder: str, datagrams: bool = False) -> list[Plain]:
    """Make the routes of a server; ``folder`` holds the lists of addresses."""
    routes = Maker(seed, folder, datagrams).routes()
    return _renamed(routes)


def _renamed(x: Any) -> Any:
    """A set cannot have a matcher twice: ``tls_again`` only makes ``tls`` likelier."""
    if isinstance(x, dict):
        return {k.removesuffix("_again"): _renamed(v) for k, v in x.items()}
    return [_renamed(v) for v in x] if isinstance(x, list) else x

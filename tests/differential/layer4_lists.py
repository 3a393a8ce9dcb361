"""Makes route lists for layer 4: matchers, and the handlers that change what later routes see."""

from tests.differential.layer4_matchers import NAMES, Matchers
from tests.differential.layer4_requests import Plain

#: The most routes in a list with those inside others; each has a server of its own to lead to.
MARKS = 24
#: In the places of addresses: ``MARK7`` is a server that says its number, ``SINK`` one that takes
#: what it gets and says nothing.
SINK = "SINK"
_MILLISECOND = 1_000_000


class Maker(Matchers):
    """Makes the routes of one server; ``mark`` is the number handed out last."""

    mark = 0

    def routes(self, depth: int = 0) -> list[Plain]:
        """Return up to six routes, or three inside another."""
        out: list[Plain] = []
        for _ in range(self.rng.randint(1, 3 if depth else 6)):
            route: Plain = {"handle": self.handlers(depth)}
            if self.rng.random() < 0.93:
                route["match"] = self.sets()
            out.append(route)
        if not depth and self.rng.random() < 0.1:
            front: Plain = {"handle": [self.proxy_protocol()]}
            out.insert(0, front if self.rng.random() < 0.5 else front | {"match": self.sets()})
        return out

    def handlers(self, depth: int) -> list[Plain]:
        """Return a route's handlers: mostly a proxy, else what passes on, or both."""
        passing = {
            "vars": 0.08, "subroute": 0.08 if depth < 2 else 0.0, "throttle": 0.04, "tee": 0.04,
            "tls": 0.0 if self.datagrams else 0.07, "close": 0.04,
        }  # fmt: skip
        kind = self.rng.random()
        for name, share in passing.items():
            kind -= share
            if kind < 0:
                return getattr(self, f"with_{name}")(depth)  # type: ignore[no-any-return]
        return [self.proxy()]

    def with_vars(self, _: int) -> list[Plain]:
        return [{"handler": "vars", "kind": self.rng.choice(["a", "b", "{env.L4_NAME}"])}]

    def with_close(self, _: int) -> list[Plain]:
        return [{"handler": "close"}]

    def with_subroute(self, depth: int) -> list[Plain]:
        inner = self.subroute(depth)
        return [inner, self.proxy()] if self.rng.random() < 0.6 else [inner]

    def with_throttle(self, _: int) -> list[Plain]:
        """Slow it down so little that nobody notices."""
        return self.passing(
            {"handler": "throttle", "latency": 5 * _MILLISECOND} | self.maybe(
                read_bytes_per_second=1e7, read_burst_size=100_000,
                total_read_bytes_per_second=1e8, total_read_burst_size=1_000_000,
            )
        )  # fmt: skip

    def with_tee(self, _: int) -> list[Plain]:
        branch = [{"handler": "proxy", "upstreams": [{"dial": [SINK]}]}]
        return self.passing({"handler": "tee", "branch": branch})

    def with_tls(self, depth: int) -> list[Plain]:
        """Take TLS off; routes follow that look at what is inside."""
        tls: Plain = {"handler": "tls", "connection_policies": [self.policy()]}
        return [tls, self.subroute(depth)] if self.rng.random() < 0.7 else [tls]

    def policy(self) -> Plain:
        """Return a connection policy that has a certificate for every name."""
        return {"fallback_sni": "localhost"} | self.maybe(
            alpn=["http/1.1", "postgresql"], match={"sni": self.some(NAMES)}
        )

    def passing(self, handler: Plain) -> list[Plain]:
        """Let a proxy follow, or the routes behind: but of datagrams caddy-l4 then breaks down."""
        follows = self.datagrams or self.rng.random() < 0.5
        return [handler, self.proxy()] if follows else [handler]

    def subroute(self, depth: int) -> Plain:
        """Return routes inside a route."""
        times = [300 * _MILLISECOND, 5000 * _MILLISECOND]
        return {"handler": "subroute", "routes": self.routes(depth + 1)} | self.maybe(
            matching_timeout=self.rng.choice(times)
        )

    def proxy_protocol(self) -> Plain:
        """Return a handler that takes PROXY headers off."""
        policies = ["IGNORE", "USE", "REJECT", "REQUIRE", "SKIP"]
        return {"handler": "proxy_protocol"} | self.maybe(
            allow=["127.0.0.0/8"], deny=["10.0.0.0/8"], timeout=300 * _MILLISECOND,
            fallback_policy=self.rng.choice(policies),
        )  # fmt: skip

    def proxy(self) -> Plain:
        """Lead to a server of its own: the place's mark is put in as its port."""
        self.mark = (self.mark + 1) % MARKS
        return {"handler": "proxy", "upstreams": [{"dial": [f"MARK{self.mark}"]}]}


def make(seed: int, folder: str, datagrams: bool = False) -> list[Plain]:
    """Make the routes of a server; ``folder`` holds the files that are named."""
    return Maker(f"{seed}/{datagrams}", folder, datagrams).routes()

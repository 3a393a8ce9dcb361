"""Makes what stands inside ``http``: sets of the HTTP app's request matchers."""

from random import Random
from typing import Any

Plain = dict[str, Any]

RANGES = ["127.0.0.0/8", "127.0.0.1/32", "10.0.0.0/8", "::1/128", "127.0.0.2/31", "{env.L4_NET}"]
#: Set for both programs and for the tester: values in which placeholders stand.
ENVIRONMENT = {"L4_NET": "198.51.100.0/24", "L4_NAME": "vpn.example.test", "L4_PATH": "/x"}


class Chance:
    """Chooses, the same way for the same seed; ``folder`` holds files to name."""

    def __init__(self, seed: str, folder: str) -> None:
        self.rng = Random(seed)
        self.folder = folder

    def some(self, values: list[Any], least: int = 1, most: int = 2) -> list[Any]:
        return self.rng.sample(values, self.rng.randint(least, min(most, len(values))))

    def maybe(self, **options: Any) -> Plain:
        """Return some of these options, often none and seldom many."""
        often = self.rng.choice((0.0, 0.15, 0.4))
        return {k: v for k, v in options.items() if self.rng.random() < often}

    def one(self, **options: Any) -> Plain:
        """Return one of these options, or none."""
        key = self.rng.choice([None, *options])
        return {} if key is None else {key: options[key]}


class Requests(Chance):
    """Makes sets of request matchers."""

    def request_set(self, depth: int = 0) -> Plain:
        """Return a set with any of the matchers, with any of their options."""
        choice = self.rng.choice
        found = self.maybe(
            host=self.some(
                ["127.0.0.1", "localhost", "*.example.test", "example.com", "api.example.test"]
            ),
            path=self.some(["/a*", "/", "/api/*", "*.php", "{env.L4_PATH}"]),
            method=self.some(["GET", "POST", "HEAD"]),
            header=choice([{"User-Agent": ["curl*"]}, {"Accept": ["*/*"]}, {"X-No": None}]),
            header_regexp=choice(
                [{"User-Agent": {"pattern": "^curl"}},
                 {"User-Agent": {"pattern": "zilla", "name": "agent"}}]
            ),
            path_regexp=choice([{"pattern": "^/a"}, {"pattern": "x$", "name": "path"}]),
            protocol=choice(["http", "https", "http/1.1", "http/2", "http/1.1+", "grpc"]),
            query=choice([{"q": ["*"]}, {"a": ["1"]}]),
            remote_ip={"ranges": self.some(["127.0.0.0/8", "10.0.0.0/8", "198.51.100.7"])},
            client_ip={"ranges": self.some(["127.0.0.0/8", "10.0.0.0/8"])},
            tls=choice([{}, {"handshake_complete": True}, {"handshake_complete": False}]),
            vars=choice(
                [{"{http.request.method}": ["GET", "PRI"]}, {"none": [""]},
                 {"{http.request.uri.path}": ["{env.L4_PATH}", "/"]}]
            ),
            vars_regexp=choice(
                [{"{http.request.host}": {"pattern": "^(localhost|127)"}},
                 {"{http.request.header.User-Agent}": {"pattern": "^c", "name": "agent"}}]
            ),
            expression=choice(
                ["path('/a*')", "{http.request.method} == 'GET' && !protocol('https')",
                 {"expr": "header_regexp('User-Agent', '^c')", "name": "agent"},
                 "{http.request.uri.query}.size() > 2", "{http.request.header.X-No}.size() > 2",
                 "vars({'{http.request.method}': ['GET', 'PRI']}) || host('localhost')"]
            ),
            file=self.file(),
            url_pattern=self.url_pattern(),
        )  # fmt: skip
        if not depth and self.rng.random() < 0.15:
            found["not"] = [self.request_set(1) or {"path": ["/a*"]}]
        return found

    def file(self) -> Plain:
        """Return a ``file`` matcher: there are ``ours`` and ``theirs``, and nothing else."""
        return {"root": self.folder} | self.maybe(
            try_files=self.some(["{http.request.uri.path}", "/ours", "/theirs.x", "=404"]),
            try_policy=self.rng.choice(["first_exist", "first_exist_fallback", "largest_size"]),
            split_path=[".x"],
        )

    def url_pattern(self) -> Plain:
        """Return a ``url_pattern`` matcher."""
        return {"pattern": self.rng.choice(["/api/*", "/A*", "/:name"])} | self.maybe(
            base_url="http://localhost", ignore_case=True
        )

"""What a real Caddy, and what we, make of expressions: a complaint, or answers to requests."""

import http.client
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from caddylite.errors import ConfigError
from caddylite.http.matchers.expression import Expression
from caddylite.http.matching import MatchError
from caddylite.http.replacer import lookup
from caddylite.http.request import Headers, Request
from caddylite.placeholders import replace_known
from tests.e2e.programs import Program, free_port, running

#: The requests that every expression is asked about: method, target, Host, more fields.
REQUESTS = (
    ("GET", "/foo/bar.php?a=1&b=2", "example.com", {"X-A": "one", "Cookie": "c=d"}),
    ("POST", "/", "sub.example.com:8080", {"X-Num": "42"}),
    (
        "DELETE",
        "/FOO/%C3%A9//x",
        "EXAMPLE.com",
        {"X-A": "two", "Content-Type": "application/grpc"},
    ),
)
#: The name that expressions have, for their regular expressions.
NAME = "given"
_CAPTURES = " {http.regexp.0}|{http.regexp.1}|{http.regexp.n.1}|{http.regexp.given.1}"
_PREFIX = re.compile(r"^.*?provision http\.matchers\.expression: ", re.DOTALL)
_ROUTE = re.compile(r"setting up route handlers: route (\d+):")
Answers = tuple[str, ...]


def ours(expr: str) -> str | Answers:
    """Return the complaint, or the answers."""
    try:
        test = Expression(expr, NAME).prepare(None)
    except ConfigError as e:
        return str(e)
    return tuple(_answer(test, _request(*asked)) for asked in REQUESTS)


def _answer(test: Any, request: Request) -> str:
    try:
        matched = test(request)
    except MatchError as e:
        return f"status {e.status}"
    return "true" + replace_known(_CAPTURES, lookup(request)) if matched else "false"


def _request(method: str, target: str, host: str, fields: dict[str, str]) -> Request:
    raw, _, query = target.partition("?")
    return Request(
        method, unquote(raw), raw, query, host, Headers(fields.items()),
        remote=("127.0.0.1", 1234), local=("127.0.0.1", 80), client_ip="127.0.0.1",
        vars={"v": "set"},
    )  # fmt: skip


class RealCaddy:
    """A running Caddy that is given configs over its admin API."""

    def __init__(self, program: Program, admin: int) -> None:
        self._program, self._admin = program, admin
        self._port = free_port()

    def complaint(self, expr: str) -> str | None:
        """Return what Caddy says of an expression, None if it is right."""
        said = self._load([expr])
        return None if said is None else _PREFIX.sub("", said)

    def serve(self, expressions: Sequence[str]) -> dict[int, str]:
        """Load a config with all of them; return what it says of those that it does not take."""
        refused: dict[int, str] = {}
        while (said := self._load(expressions, refused)) is not None:
            place = _ROUTE.search(said)
            assert place is not None, said
            refused[int(place[1])] = _PREFIX.sub("", said)
        return refused

    def answers(self, number: int) -> Answers:
        """Ask about the expression of this number."""
        return tuple(self._ask(number, *asked) for asked in REQUESTS)

    def _ask(
        self, number: int, method: str, target: str, host: str, fields: dict[str, str]
    ) -> str:
        client = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        client.request(method, target, headers={"Host": host, "X-Route": str(number), **fields})
        answer = client.getresponse()
        text = answer.read().decode()
        client.close()
        return text if answer.status == 200 else f"status {answer.status}"

    def _load(self, expressions: Sequence[str], without: Any = ()) -> str | None:
        routes = [_route(i, "true" if i in without else e) for i, e in enumerate(expressions)]
        server = {
            "listen": [f"127.0.0.1:{self._port}"],
            "routes": routes,
            "automatic_https": {"disable": True},
        }
        config = {**settings(self._admin), "apps": {"http": {"servers": {"srv0": server}}}}
        text = self._post(json.dumps(config))
        return str(json.loads(text)["error"]) if text else None

    def _post(self, config: str) -> str:
        """Hand a config over; return what is said of it. An admin endpoint that is just being
        replaced, for there was another config, may close the connection: it is asked again.
        """
        for _ in range(50):
            client = http.client.HTTPConnection("127.0.0.1", self._admin, timeout=60)
            try:
                client.request("POST", "/load", config, {"Content-Type": "application/json"})
                return client.getresponse().read().decode()
            except (ConnectionError, http.client.HTTPException):
                self._program.wait_port(self._admin)
            finally:
                client.close()
        raise AssertionError("Caddy does not take configs any more")


def _route(number: int, expr: str) -> dict[str, Any]:
    """Answer requests for a number with what the expression says of them."""
    inside = [
        {"handle": [{"handler": "vars", "v": "set"}]},
        {
            "match": [{"expression": {"expr": expr, "name": NAME}}],
            "handle": [{"handler": "static_response", "body": "true" + _CAPTURES}],
            "terminal": True,
        },
        {"handle": [{"handler": "static_response", "body": "false"}]},
    ]
    return {
        "match": [{"header": {"X-Route": [str(number)]}}],
        "handle": [{"handler": "subroute", "routes": inside}],
        "terminal": True,
    }


def settings(admin: int) -> dict[str, Any]:
    """Return the part of a config that is about the program itself."""
    return {
        "admin": {"listen": f"127.0.0.1:{admin}", "config": {"persist": False}},
        "logging": {"logs": {"default": {"writer": {"output": "discard"}}}},
    }


@contextmanager
def real_caddy(program: str, folder: Path) -> Iterator[RealCaddy]:
    """Run Caddy to the end of a block."""
    admin = free_port()
    config = folder / "caddy.json"
    config.write_text(json.dumps(settings(admin)))
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    argv = [program, "run", "--config", str(config)]
    with running(argv, folder / "caddy.log", admin, env=home) as started:
        yield RealCaddy(started, admin)

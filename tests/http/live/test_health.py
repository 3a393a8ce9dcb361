"""Active health checks, with a clock that the test moves."""

import pytest
from twisted.internet.defer import Deferred

from caddylite.codec import from_plain
from caddylite.http.handlers.reverse_proxy import Upstream as UpstreamIR
from caddylite.http.live.exchange import Stream
from caddylite.http.live.proxy.call import UpstreamError
from caddylite.http.live.proxy.health import HealthChecks
from caddylite.http.live.proxy.upstreams import Upstream
from caddylite.http.request import Headers
from caddylite.http.reverse_proxy.health_checks import ActiveHealthChecks
from tests.http.live.support import House

SECOND = 1_000_000_000


class Call:
    closed = False

    def close(self):
        self.closed = True


class Response:
    def __init__(self, status=200, body=b"", location="", whole=True):
        self.status, self.call, self.body = status, Call(), Stream(None)
        self.headers = Headers([("Location", location)] if location else [])
        self.body.put(body)
        if whole:
            self.body.finish()


class Transport:
    """Answers with what a test puts there; remembers (target, request, body)."""

    def __init__(self):
        self.seen, self.answers = [], []
        self.otherwise = 200

    def uses_tls(self, target):
        return False

    async def round_trip(self, ex, request, body, target, informational):
        self.seen.append((str(target), request, await body.read() if body else b""))
        answer = self.answers.pop(0) if self.answers else self.otherwise
        if isinstance(answer, Deferred):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        return Response(answer) if isinstance(answer, int) else answer


class Setting:
    def __init__(self, *dials, **options):
        self.house, self.transport = House(), Transport()
        self.pool = [Upstream(UpstreamIR(dial=d)) for d in dials or ("h:80",)]
        ir = from_plain(ActiveHealthChecks, {"uri": "/h", "interval": SECOND, **options})
        self.checks = HealthChecks(ir, self.pool, self.transport, self.house)

    def round(self, *answers):
        """Let one round of checks begin; return whether the first upstream is well."""
        self.transport.answers += answers
        first = not self.transport.seen and not self.said
        self.house.reactor.advance(0 if first else 1)
        return self.pool[0].healthy

    @property
    def said(self):
        return [(level, message) for _, level, message, _ in self.house.log.records]

    @property
    def request(self):
        return self.transport.seen[-1][1]


def test_one_failure_is_enough_and_one_success():
    setting = Setting()
    assert [setting.round(a) for a in (200, 500, 500, 204)] == [True, False, False, True]
    assert setting.said == [
        ("info", "status code out of tolerances"),
        ("info", "status code out of tolerances"),
        ("info", "host is up"),
    ]


def test_as_many_as_the_config_says():
    setting = Setting(fails=2, passes=2)
    well = [setting.round(a) for a in (500, 500, 200, 500, 200)]
    assert well == [True, False, False, False, True]


def test_failures_need_not_follow_each_other():
    """Caddy sets its counts back only when the state changes."""
    setting = Setting(fails=2)
    assert [setting.round(a) for a in (500, 200, 500)] == [True, True, False]


def test_what_is_asked():
    setting = Setting(
        "h:80", "unix//run/s", method="PUT", uri="/a b/é?q=%20", body="{system.os}{x}",
        headers={"host": ["check"], "x-a": ["{http.reverse_proxy.active.target_upstream}", "2"]},
    )  # fmt: skip
    setting.round()
    (tcp, request, body), (unix, other, _) = setting.transport.seen
    assert (tcp, unix) == ("h:80", "unix//run/s")
    assert (request.method, request.raw_path, request.query) == ("PUT", "/a%20b/%C3%A9", "q=%20")
    assert (request.host, body) == ("check", b"linux{x}")
    assert request.headers.all("X-A") == ["h:80", "2"]
    assert other.headers.all("X-A") == ["unix//run/s", "2"]
    assert request.headers.get("User-Agent") == "Go-http-client/1.1"


@pytest.mark.parametrize(
    ("options", "dial", "host"),
    [
        ({}, "h:80", "h:80"),
        ({"port": 81}, "h:81", "h:81"),
        ({"upstream": "doctor:9", "port": 81}, "doctor:9", "doctor:9"),
        ({"uri": "", "path": "/x?y"}, "h:80", "h:80"),
    ],
)
def test_where(options, dial, host):
    setting = Setting(**options)
    setting.round()
    assert setting.transport.seen[0][0] == dial
    assert setting.request.host == host


def test_the_path_has_no_query():
    setting = Setting(uri="", path="/x?y")
    assert setting.said == [("warn", "the 'path' option is deprecated, please use 'uri' instead!")]
    setting.house.reactor.advance(0)
    assert (setting.request.raw_path, setting.request.query) == ("/x%3Fy", "")


@pytest.mark.parametrize(
    ("options", "answer", "well", "message"),
    [
        ({"expect_status": 4}, Response(404), True, None),
        ({"expect_status": 204}, Response(200), False, "unexpected status code"),
        ({}, Response(301, location="/x"), False, "status code out of tolerances"),
        ({"expect_body": "^o.$"}, Response(200, b"ok"), True, None),
        ({"expect_body": "^o.$"}, Response(200, b"okay"), False,
         "response body failed expectations"),
        ({"expect_body": "^o.$", "max_size": 2}, Response(200, b"okay"), True, None),
        ({}, UpstreamError("EOF"), False, "HTTP request failed"),
    ],
)  # fmt: skip
def test_verdicts(options, answer, well, message):
    setting = Setting(**options)
    assert setting.round(answer) is well
    assert [m for _, m in setting.said] == ([message] if message else [])
    if isinstance(answer, Response):
        assert answer.call.closed


def test_no_answer_in_time():
    setting = Setting(timeout=2 * SECOND, interval=100 * SECOND)
    setting.round(Deferred())
    setting.house.reactor.advance(2)
    assert not setting.pool[0].healthy
    (_, _, message, fields) = setting.house.log.records[0]
    assert message == "HTTP request failed"
    assert fields["error"] == (
        'Get "http://h:80/h": context deadline exceeded '
        "(Client.Timeout exceeded while awaiting headers)"
    )


@pytest.mark.parametrize(
    ("options", "well", "message"),
    [
        ({}, True, None),
        ({"expect_body": "x"}, False, "failed to read response body"),
    ],
)
def test_a_body_that_does_not_end(options, well, message):
    setting = Setting(timeout=2 * SECOND, interval=100 * SECOND, **options)
    answer = Response(200, b"x", whole=False)
    setting.round(answer)
    setting.house.reactor.advance(2)
    assert setting.pool[0].healthy is well
    assert [m for _, m in setting.said] == ([message] if message else [])
    assert answer.call.closed


def test_redirects_are_followed_if_wanted():
    setting = Setting(
        follow_redirects=True, method="POST", body="b", headers={"Cookie": ["c"], "X": ["1"]}
    )
    assert setting.round(
        Response(307, location="/again"),
        Response(302, location="http://other:9/there?x"),
        Response(200),
    )
    asked = [
        (target, r.method, r.host, r.raw_path, r.headers.get("Referer"), body)
        for target, r, body in setting.transport.seen
    ]
    assert asked == [
        ("h:80", "POST", "h:80", "/h", "", b"b"),
        ("h:80", "POST", "h:80", "/again", "http://h:80/h", b"b"),
        ("h:80", "GET", "other:9", "/there", "http://h:80/again", b""),
    ]
    assert "Cookie" not in setting.request.headers
    assert setting.request.headers.get("X") == "1"
    assert not setting.round(Response(302, location="https://h/"))


def test_checks_that_wait_are_so_many_at_most():
    setting = Setting(interval=SECOND // 100, timeout=100 * SECOND)
    setting.transport.answers = [Deferred() for _ in range(1000)]
    for _ in range(200):
        setting.house.reactor.advance(0.01)
    assert len(setting.transport.seen) == 64


@pytest.mark.parametrize("dial", ["{http.request.host}:80", "{env.NOT_THERE}"])
def test_an_address_that_only_a_request_knows(dial):
    setting = Setting(dial)
    assert setting.round()
    message = "invalid use of placeholders in dial address for active health checks"
    assert setting.said == [("error", message)]
    assert not setting.transport.seen


def test_the_end_of_the_config_ends_the_checks():
    setting = Setting(timeout=100 * SECOND)
    setting.round(Deferred())
    for stop in setting.house.stops:
        stop()
    assert not setting.house.reactor.getDelayedCalls()
    assert setting.pool[0].healthy
    assert setting.said == []

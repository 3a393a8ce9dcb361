from random import Random

import pytest

from caddylite.tls.acme import chains, keys
from caddylite.tls.acme.challenges import HTTP, TLS_ALPN, identifier_of
from caddylite.tls.acme.client import Answer
from caddylite.tls.acme.errors import ACMEError, Problem
from caddylite.tls.acme.ordering import Ordering, Wish
from caddylite.tls.acme.preferences import Preferences
from caddylite.tls.signing import new_key
from tests.tls.acme.ca import problem
from tests.tls.acme.world import Talk, run


class Solver:
    def __init__(self) -> None:
        self.ready, self.was, self.broken = {}, [], False

    async def present(self, asked):
        if self.broken:
            raise ACMEError("could not start listener")
        self.ready[asked.identifier.value] = asked.key_authorization
        self.was.append(asked)

    def clean_up(self, asked):
        self.ready.pop(asked.identifier.value, None)


class Shop:
    """An account that orders; the CA looks at what the solvers have ready."""

    def __init__(self, *kinds: str, patience: float = 0.0, first: str = "") -> None:
        self.talk = Talk()
        self.account = self.talk.account()
        self.solvers = {kind: Solver() for kind in kinds or (HTTP, TLS_ALPN)}
        self.preferences = Preferences(Random(1))
        if first:
            self.preferences.meet([first])
        self.talk.ca.look = self.look
        self.ordering = Ordering(
            self.talk.client, self.account, self.solvers, self.preferences, patience
        )
        self.key = new_key()

    def look(self, kind, value, token, proof):
        return "" if self.solvers[kind].ready.get(value) == proof else "unauthorized wrong"

    def wish(self, name: str = "a.test", **more) -> Wish:
        names = (identifier_of(name),)
        return Wish(names, keys.request(self.key, names), **more)

    def obtain(self, name: str = "a.test", **more):
        url = run(self.ordering.obtain(self.wish(name, **more)))
        return run(chains.download(self.talk.client, self.account, url))

    def idle(self) -> bool:
        return not any(s.ready for s in self.solvers.values())


@pytest.mark.parametrize("kind", [HTTP, TLS_ALPN])
def test_a_certificate(kind):
    shop = Shop(kind)
    (chain,) = shop.obtain()
    assert chain.certificates[0].public_key() == shop.key.public_key()
    assert len(chain.certificates) == 2
    assert shop.idle()
    assert [r[2] for r in shop.talk.records if r[0] == "info"] == [
        "trying to solve challenge",
        "authorization finalized",
        "validations succeeded; finalizing order",
        "successfully downloaded available certificate chains",
    ]


def test_an_address():
    shop = Shop()
    shop.obtain("192.0.2.7")
    (payload,) = shop.talk.said("newOrder")
    assert payload == {"identifiers": [{"type": "ip", "value": "192.0.2.7"}]}


def test_what_can_be_wished_for():
    shop = Shop()
    known = {"profiles": {"short": ""}}
    shop.talk.ca.extra = {"renewalInfo": "https://ca.test/ari", "meta": known}
    shop.talk.client._directory = None
    shop.obtain(profile="short", not_after=1_800_100_000.0, replaces="a.b")
    (payload,) = shop.talk.said("newOrder")
    assert payload["profile"] == "short"
    assert payload["notAfter"] == "2027-01-16T11:46:40Z"
    assert payload["replaces"] == "a.b"
    with pytest.raises(ACMEError, match="unknown profile name 'long'; supported profiles: short"):
        shop.obtain(profile="long")


def test_what_is_replaced_is_named_only_where_that_is_known():
    shop = Shop()
    shop.obtain(replaces="a.b")
    assert "replaces" not in shop.talk.said("newOrder")[0]
    shop = Shop()
    shop.talk.ca.extra = {"renewalInfo": "https://ca.test/ari"}
    shop.talk.client._directory = None
    shop.talk.ca.plan("newOrder", problem(409, "alreadyReplaced"))
    shop.obtain(replaces="a.b")
    assert [("replaces" in p) for p in shop.talk.said("newOrder")] == [False]


def test_a_slow_ca():
    shop = Shop()
    shop.talk.ca.slow = 4
    shop.obtain()
    assert shop.talk.slept[:4] == [0.25, 0.375, 0.5625, 0.84375]


def test_a_ca_that_is_never_done():
    shop = Shop(patience=20.0)
    shop.talk.ca.slow = 10_000
    with pytest.raises(ACMEError, match="authorization took too long"):
        shop.obtain()
    assert sum(shop.talk.slept) == pytest.approx(20)
    assert max(shop.talk.slept) == 5
    assert shop.idle()
    assert {"status": "deactivated"} in shop.talk.said("authz")


def test_it_waits_as_long_as_it_is_told_but_not_for_ever():
    shop = Shop(patience=60.0)
    shop.talk.ca.slow = 10_000
    pending = Answer(
        200,
        (("Retry-After", "86400"),),
        b'{"identifier":{"type":"dns","value":"a.test"},"status":"pending"}',
    )

    async def hold(*args, **kwargs):
        answer = await real(*args, **kwargs)
        return pending if "authz" in args[1] and shop.solvers[HTTP].was else answer

    real = shop.talk.ca.__call__
    shop.talk.client.world = type(shop.talk.client.world)(
        hold, shop.talk.sleep, lambda: shop.talk.now, shop.talk.client.world.log
    )
    shop.ordering._solvers = {HTTP: shop.solvers[HTTP]}
    with pytest.raises(ACMEError):
        shop.obtain()
    assert sum(shop.talk.slept) <= 63


def test_another_kind_of_challenge_is_tried():
    shop = Shop(first=HTTP)
    good = shop.look
    shop.talk.ca.look = lambda kind, *rest: (
        "connection refused" if kind == HTTP else good(kind, *rest)
    )
    shop.obtain()
    assert len(shop.solvers[HTTP].was) == len(shop.solvers[TLS_ALPN].was) == 1
    assert shop.preferences.ordered() == [TLS_ALPN, HTTP]
    assert shop.idle()


def test_both_kinds_fail():
    shop = Shop()
    shop.talk.ca.look = lambda *_: "dns no such name"
    with pytest.raises(Problem, match="HTTP 400 urn:ietf:params:acme:error:dns - no such name"):
        shop.obtain()
    assert len(shop.talk.said("newOrder")) == 2
    assert shop.idle()


def test_some_failures_are_the_same_in_every_way():
    shop = Shop()
    shop.talk.ca.look = lambda *_: "caa forbidden by CAA"
    with pytest.raises(Problem, match="forbidden by CAA"):
        shop.obtain()
    assert len(shop.talk.said("newOrder")) == 1


def test_a_port_that_cannot_be_had():
    shop = Shop(first=HTTP)
    shop.solvers[HTTP].broken = True
    shop.obtain()
    assert len(shop.talk.said("newOrder")) == 1
    shop = Shop(HTTP)
    shop.solvers[HTTP].broken = True
    with pytest.raises(ACMEError, match="could not start listener"):
        shop.obtain()
    assert {"status": "deactivated"} in shop.talk.said("authz")


def test_nothing_that_we_can_do():
    shop = Shop(HTTP)
    shop.talk.ca.kinds = ("dns-01",)
    with pytest.raises(
        ACMEError,
        match=r"\*\.a\.test: no solvers available for remaining challenges "
        r"\(configured=\[http-01\] offered=\[dns-01\] remaining=\[dns-01\]\)",
    ):
        shop.obtain("*.a.test")


def test_what_is_authorized_already():
    shop = Shop()
    order = shop.talk.ca._neworder

    def valid(payload, head):
        answer = order(payload, head)
        shop.talk.ca.orders["0"] |= {"authz": "valid", "status": "ready"}
        return answer

    shop.talk.ca._neworder = valid
    shop.obtain()
    assert not shop.solvers[HTTP].was
    assert not shop.solvers[TLS_ALPN].was


@pytest.mark.parametrize("status", ["invalid", "revoked", "expired", "x" * 10_000])
def test_an_authorization_that_is_over(status):
    shop = Shop()
    body = f'{{"identifier":{{"type":"dns","value":"a.test"}},"status":"{status}"}}'
    shop.talk.ca.plan("/authz", Answer(200, (), body.encode()))
    with pytest.raises(ACMEError):
        shop.obtain()


@pytest.mark.parametrize("part", ["newOrder", "authz", "challenge", "finalize", "cert"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, (), b""),
        Answer(200, (), b"\xff" * 1000),
        Answer(200, (), b"[" * 200_000),
        Answer(200, (("Content-Type", "application/json"),), b'{"status": 7}'),
        Answer(200, (), b'{"status":"ready","authorizations":' + b"[" + b'"u",' * 200 + b'"u"]}'),
        Answer(404),
        problem(403, "unauthorized"),
        problem(429, "rateLimited"),
        ACMEError("too big"),
    ],
)
def test_nonsense_is_an_error_and_leaves_nothing_behind(part, answer):
    shop = Shop()
    shop.talk.ca.plan(part, *[answer] * 3)
    with pytest.raises(ACMEError):
        shop.obtain()
    assert shop.idle()


def test_an_order_that_is_not_ready_yet():
    shop = Shop()
    finalize = shop.talk.ca._finalize

    def early(payload, head, number):
        finalize(payload, head, number)
        return problem(403, "orderNotReady")

    shop.talk.ca._finalize = early
    assert shop.obtain()


def test_an_order_that_fails_in_the_end():
    shop = Shop()
    body = b'{"status":"invalid","error":{"type":"urn:x","detail":"no luck","status":500}}'
    shop.talk.ca.plan("finalize", Answer(200, (), body))
    with pytest.raises(Problem, match="HTTP 500 urn:x - no luck"):
        shop.obtain()

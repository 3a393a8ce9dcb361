import json
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.tls.acme.client import LONGEST_WAIT, Answer
from caddylite.tls.acme.errors import ACMEError, Problem, Unreachable
from caddylite.tls.signing import new_key
from tests.tls.acme.ca import problem
from tests.tls.acme.world import Talk, run

NOW = 1_800_000_000.0


def test_nonces_are_used_once_and_kept():
    talk = Talk()
    account = talk.account()
    order = {"identifiers": [{"type": "dns", "value": "a.test"}]}
    for _ in range(3):
        run(talk.client.post(account.key, account.location, "https://ca.test/newOrder", order))
    assert talk.ca.count("newNonce") == 0  # the directory brought the first, answers the others
    assert talk.ca.count("/dir") == 1


def test_a_refused_nonce_is_another_try():
    talk = Talk()
    talk.ca.plan("newAccount", *[problem(400, "badNonce")] * 9)
    assert talk.account().location
    assert talk.slept == [0.25] * 9
    talk = Talk()
    talk.ca.plan("newAccount", *[problem(400, "badNonce")] * 10)
    with pytest.raises(ACMEError, match="10 attempts"):
        talk.account()


def test_no_nonce_at_all():
    talk = Talk()
    talk.ca.plan("/dir", Answer(200, (), b"{}"))
    with pytest.raises(ACMEError, match="unreadable directory"):
        talk.account()

    class Mute:
        async def __call__(self, method, url, body=None, content_type=""):
            names = ("newNonce", "newAccount", "newOrder")
            return Answer(200, (), json.dumps({n: f"https://ca.test/{n}" for n in names}).encode())

    talk = Talk()
    talk.client.world = type(talk.client.world)(
        Mute(), talk.sleep, lambda: 0.0, talk.client.world.log
    )
    with pytest.raises(ACMEError, match="HTTP 200 without a nonce"):
        talk.account()


@pytest.mark.parametrize("nonce", ["", "a b", "x" * 257, "é", "a\r\nb"])
def test_only_nonces_are_taken_for_nonces(nonce):
    talk = Talk()
    talk.client._remember(Answer(200, (("Replay-Nonce", nonce),)))
    assert talk.client._nonces == []


def test_the_cas_own_troubles():
    talk = Talk()
    talk.ca.plan("newAccount", Answer(500), problem(503, "serverInternal"))
    assert talk.account().location
    talk = Talk()
    talk.ca.plan("newAccount", *[problem(500, "serverInternal", "oh")] * 3)
    with pytest.raises(Problem, match="HTTP 500 urn:ietf:params:acme:error:serverInternal - oh"):
        talk.account()
    assert talk.ca.count("newAccount") == 3
    talk = Talk()
    talk.ca.plan("/dir", Answer(502), Answer(502))
    assert talk.account().location


def test_no_answer():
    talk = Talk()
    talk.ca.plan("newAccount", Unreachable("reset"), Unreachable("reset"))
    assert talk.account().location
    assert [r[2] for r in talk.records] == ["HTTP request failed; retrying"] * 2
    talk = Talk()
    talk.ca.plan("/dir", *[Unreachable("dial tcp: lookup ca.test: no such host")] * 3)
    with pytest.raises(Unreachable, match="no such host"):
        talk.account()


def test_too_much_was_asked_for():
    talk = Talk()
    talk.ca.plan("newAccount", problem(429, "rateLimited", "slowly", ("Retry-After", "1800")))
    with pytest.raises(Problem, match="HTTP 429") as caught:
        talk.account()
    assert caught.value.rate_limited
    assert caught.value.retry_after == 1800
    assert talk.ca.count("newAccount") == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"type": 3}', b"\xff\xfe", b'"x"', b'{"status": "a"}']
)
def test_a_problem_that_cannot_be_read(body):
    talk = Talk()
    said = Answer(403, (("Content-Type", "application/problem+json; charset=utf-8"),), body)
    talk.ca.plan("newAccount", said)
    with pytest.raises(Problem, match=r"HTTP 403 about:blank - \(unreadable\)"):
        talk.account()


def test_errors_that_are_no_problems():
    for status in (301, 404, 100):
        talk = Talk()
        talk.ca.plan("newAccount", Answer(status, (), b"<html>" * 1000))
        with pytest.raises(ACMEError, match=f"unexpected status code: HTTP {status}$"):
            talk.account()


def test_a_problem_is_told_in_a_few_words():
    talk = Talk()
    talk.ca.plan("newAccount", problem(400, "malformed", "x" * 100_000))
    with pytest.raises(Problem) as caught:
        talk.account()
    assert len(str(caught.value)) == 1001


def test_retry_after():
    def wait(text):
        return Answer(200, (("retry-after", text),)).retry_after(NOW)

    assert wait("120") == 120
    assert wait(formatdate(NOW + 60, usegmt=True)) == 60
    assert wait(formatdate(NOW - 60, usegmt=True)) == 0
    assert wait("9" * 400) == LONGEST_WAIT
    for nonsense in ("", "-1", "soon", "1e9", "²", "Mon, 99 Foo 99999 99:99:99 GMT"):
        assert wait(nonsense) == 0


@given(st.text())
def test_any_header_is_some_wait(text):
    assert 0 <= Answer(200, (("Retry-After", text),)).retry_after(NOW) <= LONGEST_WAIT
    Answer(200, (("Link", text),)).links("alternate")


def test_links():
    said = Answer(
        200,
        (
            ("Link", '<https://ca/1>;rel="alternate"'),
            ("link", '<https://ca/dir>; rel="index", <https://ca/2>; rel="alternate"'),
        ),
    )
    assert said.links("alternate") == ["https://ca/1", "https://ca/2"]
    assert said.links("up") == []


def test_secrets_stay_out_of_the_log():
    talk = Talk()
    talk.ca.plan("newAccount", problem(400, "badNonce"), Unreachable("x"))
    account = talk.account()
    number = account.key.private_numbers().private_value
    assert str(number) not in repr(talk.records)
    assert new_key() is not account.key

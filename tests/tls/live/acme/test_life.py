"""The life of certificates that a CA signs: obtained, kept, renewed, handed on at a reload."""

import json
import os
from collections import deque
from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred, DeferredSemaphore

from caddylite.tls.acme.client import Answer
from caddylite.tls.acme.errors import Unreachable
from caddylite.tls.acme.jws import b64
from caddylite.tls.automation import Automation, AutomationPolicy, ExternalAccount, OnDemand
from caddylite.tls.challenges import Challenges, HTTPChallenge, TLSALPNChallenge
from caddylite.tls.issuance.internal import InternalIssuer
from caddylite.tls.live.acme.locking import Lock
from caddylite.tls.permission.http import HTTPPermission
from caddylite.tls.storage import FileStorage
from caddylite.values import Duration
from tests.tls.acme.ca import problem
from tests.tls.live.acme.town import DAY, HOUR, MINUTE, NAME, Town, issuer

SITE = f"certificates/ca.test-dir/{NAME}/{NAME}"


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)


def test_a_certificate_comes_while_others_are_served(town):
    app = town.app()
    assert town.served(app) == f"no certificate available for '{NAME}': it is being obtained"
    town.house.pass_time(10)
    found = town.served(app)
    assert found.names == (NAME,)
    assert found.issuer == "ca.test-dir"
    assert [m for _, name, m, _ in town.house.records if name == "tls.obtain"] == [
        "acquiring lock",
        "lock acquired",
        "obtaining certificate",
        "certificate obtained successfully",
        "releasing lock",
    ]
    assert town.said("certificate obtained successfully") == [
        {"identifier": NAME, "issuer": "ca.test-dir"}
    ]
    assert town.office.busy == 0


def test_it_lies_where_caddy_keeps_it(town):
    town.app()
    town.house.pass_time(10)
    files = sorted(str(p.relative_to(town.path)) for p in town.path.rglob("*") if p.is_file())
    account = "acme/ca.test-dir/users/me@example.test/me"
    assert files == [*(f"{account}.{e}" for e in ("json", "key")), *sorted(
        f"{SITE}.{e}" for e in ("crt", "json", "key"))]  # fmt: skip
    facts = json.loads((town.path / f"{SITE}.json").read_text())
    assert facts["sans"] == [NAME]
    assert facts["issuer_data"] == {
        "url": "https://ca.test/cert/0",
        "ca": "https://ca.test/dir",
        "account": "https://ca.test/account/0",
    }


def test_nothing_is_asked_for_what_lies_there(town):
    first = town.served_after = town.app()
    town.house.pass_time(10)
    town.asked.clear()
    again = town.app()
    assert town.served(again).leaf == town.served(first).leaf
    town.house.pass_time(HOUR)
    assert town.asked == []


def test_names_in_unicode_and_addresses(town):
    app = town.app(names=("Bücher.example.test", "192.0.2.7"))
    town.house.pass_time(10)
    found = town.served(app, "xn--bcher-kva.example.test")
    assert found.names == ("xn--bcher-kva.example.test",)
    assert [c.names for c in app.store.named("192.0.2.7")] == [("192.0.2.7",)]
    again = town.app(names=("Bücher.example.test", "192.0.2.7"))
    town.house.pass_time(10)
    assert len(town.ca.certificates) == 2
    assert town.served(again, "xn--bcher-kva.example.test").leaf == found.leaf


def test_a_new_account_only_once(town):
    town.app(names=(NAME, "b.example.test", "c.example.test"))
    town.house.pass_time(30)
    assert len(town.ca.accounts) == 1
    assert len(town.ca.certificates) == 3
    town.app(names=("d.example.test",))
    town.house.pass_time(30)
    assert len(town.ca.accounts) == 1


def test_no_email_is_the_last_account(town):
    town.app()
    town.house.pass_time(10)
    town.app(issuer(email=""), names=("b.example.test",))
    town.house.pass_time(10)
    assert len(town.ca.accounts) == 1
    assert len(town.ca.certificates) == 2


def test_many_names_are_not_asked_for_at_once(town):
    town.app(names=[f"n{i}.example.test" for i in range(35)])
    town.house.pass_time(9)
    assert len(town.ca.orders) == 10
    town.house.pass_time(30)
    assert len(town.ca.orders) == 35


def test_only_so_many_are_worked_at(town):
    town.office.gate = DeferredSemaphore(2)
    slow(town)
    app = town.app(names=[f"n{i}.example.test" for i in range(5)])
    town.house.pass_time(3)
    assert len(list((town.path / "locks").iterdir())) <= 2
    town.house.pass_time(30)
    assert len(town.ca.certificates) == 4  # one is held up, the others pass it by
    app.leave()
    assert town.office.gate.tokens == 2


def test_it_is_tried_again_and_again(town):
    town.ca.plan("newOrder", *[problem(403, "rejectedIdentifier", "not you")] * 5)
    app = town.app()
    town.house.pass_time(HOUR)
    assert town.served(app).names == (NAME,)
    waits = town.said("will retry")
    assert [w["retrying_in"] for w in waits] == [60, 120, 120, 300, 600]
    assert [w["attempt"] for w in waits] == [1, 2, 3, 4, 5]
    assert waits[0]["max_duration"] == 30 * DAY
    assert waits[0]["error"] == (
        f"[{NAME}] Obtain: [{NAME}] HTTP 403 urn:ietf:params:acme:error:rejectedIdentifier - "
        "not you (ca=https://ca.test/dir)"
    )


def test_it_is_not_tried_for_ever_in_one_go(town):
    town.ca.plan("newOrder", *[problem(403, "rejectedIdentifier")] * 1000)
    town.app()
    town.house.pass_time(31 * DAY)
    (last,) = town.said("final attempt; giving up")
    assert last["elapsed"] > 29 * DAY
    assert town.said("job failed")
    assert town.office.busy == 1  # it is begun anew at a later look


def test_a_ca_that_wants_to_be_left_alone(town):
    limit = problem(429, "rateLimited", "slowly", ("Retry-After", "7200"))
    town.ca.plan("newOrder", limit)
    app = town.app()
    town.house.pass_time(2 * HOUR - MINUTE)
    assert isinstance(town.served(app), str)
    assert town.said("will retry")[0]["retrying_in"] == 7200
    town.house.pass_time(2 * MINUTE)
    assert town.served(app).names == (NAME,)


def test_after_a_failure_the_test_ca_is_asked_first(town):
    test = town.settle("https://test.ca.test")
    town.ca.plan("newOrder", problem(500, "serverInternal"), *[problem(500, "serverInternal")] * 2)
    app = town.app(issuer(test_ca="https://test.ca.test/dir"))
    town.house.pass_time(30)
    assert not test.orders
    town.house.pass_time(2 * MINUTE)
    assert len(test.orders) == 1
    found = town.served(app)
    assert found.chain[1] == town.ca.middle
    assert len(list((town.path / "acme").glob("*/users"))) == 2


def test_issuers_in_their_order(town):
    second = town.settle("https://second.test")
    town.ca.plan("/dir", *[Unreachable("down")] * 3)
    app = town.app(issuer(), issuer(ca="https://second.test/dir"))
    town.house.pass_time(10)
    assert town.served(app).chain[1] == second.middle
    (said,) = town.said("could not get certificate from issuer")
    assert said["issuer"] == "ca.test-dir"
    town.asked.clear()
    again = town.app(issuer(), issuer(ca="https://second.test/dir"))
    assert town.served(again).issuer == "second.test-dir"
    assert town.asked == []


def test_our_own_authority_stands_in(town):
    town.ca.plan("/dir", *[Unreachable("down")] * 3)
    app = town.app(issuer(), InternalIssuer())
    town.house.pass_time(10)
    assert town.served(app).issuer == "local"


def test_a_ca_that_has_forgotten_us(town):
    town.app()
    town.house.pass_time(10)
    town.ca.accounts.clear()
    app = town.app(names=("b.example.test",))
    town.house.pass_time(10)
    assert town.served(app, "b.example.test").names == ("b.example.test",)
    assert town.said("ACME account does not exist on server; attempting to recreate")


def test_an_account_elsewhere(town):
    town.ca.mac_keys["kid-1"] = b64(b"very secret")
    bound = ExternalAccount("kid-1", b64(b"very secret"))
    app = town.app(issuer(external_account=bound))
    town.house.pass_time(10)
    assert town.served(app).names == (NAME,)


def test_zerossl_gives_an_account(town):
    zerossl = town.settle("https://acme.zerossl.com")
    zerossl.mac_keys["kid"] = b64(b"key")
    said = {"success": True, "eab_kid": "kid", "eab_hmac_key": b64(b"key")}
    town.web["eab-credentials-email"] = deque([Answer(200, (), json.dumps(said).encode())])
    app = town.app(
        issuer(ca="https://acme.zerossl.com/dir"), names=("a.example.com", "b.example.com")
    )
    town.house.pass_time(10)
    assert town.served(app, "b.example.com").names == ("b.example.com",)
    nobody = town.app(issuer(ca="https://acme.zerossl.com/dir", email=""), names=())
    assert nobody is not app


def test_which_challenges_and_where(town):
    challenges = Challenges(
        http=HTTPChallenge(disabled=True),
        tls_alpn=TLSALPNChallenge(alternate_port=4443),
        bind_host="127.0.0.1",
    )
    app = town.app(issuer(challenges=challenges))
    town.house.pass_time(10)
    assert town.served(app).names == (NAME,)
    assert town.listeners.opened == [("127.0.0.1", 4443)]
    assert town.listeners.open_now == []
    assert len(town.office.answers) == 0
    (said,) = town.said("trying to solve challenge")
    assert said["challenge_type"] == "tls-alpn-01"


@pytest.mark.parametrize("shared", [None, False])
def test_others_find_the_challenge_in_the_storage(town, shared):
    seen = []

    def look(kind, value, token, proof):
        town.office.answers._ready.clear()  # as if another instance were asked
        seen.extend((town.path / "acme").rglob("challenge_tokens/*"))
        return town._look(kind, value, token, proof)

    town.ca.look = look
    app = town.app(issuer(challenges=Challenges(distributed=shared)))
    town.house.pass_time(10)
    assert bool(seen) == (shared is None)
    assert isinstance(town.served(app), str) == (shared is False)
    assert not list((town.path / "acme").rglob("challenge_tokens/*"))


def test_a_shorter_life(town):
    app = town.app(issuer(certificate_lifetime=Duration.parse("7d")))
    town.house.pass_time(10)
    found = town.served(app)
    assert 7 * DAY - 10 < found.not_after - found.not_before <= 7 * DAY


def test_it_is_renewed_when_a_third_is_left(town):
    app = town.app()
    town.house.pass_time(10)
    first = town.served(app)
    town.house.pass_time(59 * DAY)
    assert town.served(app) is first
    town.house.pass_time(2 * DAY)
    second = town.served(app)
    assert second.not_after > first.not_after
    assert app.store.named(NAME) == [second]
    assert town.said("certificate renewed successfully")
    assert first.key.private_numbers() != second.key.private_numbers()


def test_the_key_may_stay(town):
    app = town.app(reuse_private_keys=True, key_type="p384")
    town.house.pass_time(10)
    first = town.served(app)
    town.house.pass_time(61 * DAY)
    second = town.served(app)
    assert first is not second
    assert first.key.private_numbers() == second.key.private_numbers()
    assert first.key.curve.name == "secp384r1"


def test_a_renewal_that_fails_leaves_what_there_is(town):
    app = town.app()
    town.house.pass_time(10)
    first = town.served(app)
    town.ca.plan("newOrder", *[problem(403, "rejectedIdentifier")] * 40)
    town.house.pass_time(61 * DAY)
    assert town.served(app) is first
    assert town.said("will retry")
    town.house.pass_time(9 * DAY)
    assert town.served(app) is not first


def test_when_the_ca_suggests_another_time(town):
    ca = town.ca
    ca.extra = {"renewalInfo": "https://ca.test/ari"}
    begin = town.house.now
    ca.window = (begin + 30 * DAY, begin + 31 * DAY)
    app = town.app()
    town.house.pass_time(10)
    first = town.served(app)
    notes = json.loads((town.path / f"{SITE}.json").read_text())["issuer_data"]
    assert notes["renewal_info"]["suggestedWindow"]["start"].startswith("2027-02-14")
    town.house.pass_time(5 * DAY)
    ca.window = (begin + 6 * DAY, begin + 7 * DAY)  # something has happened
    asked = ca.count("/ari/")
    town.house.pass_time(HOUR + 11 * MINUTE)
    assert ca.count("/ari/") > asked
    notes = json.loads((town.path / f"{SITE}.json").read_text())["issuer_data"]
    assert notes["renewal_info"]["suggestedWindow"]["start"].startswith("2027-01-21")
    ca.window = (begin + 60 * DAY, begin + 61 * DAY)
    entry = next(iter(app.ordered))
    entry.info = replace(entry.info, ask_again=begin + 50 * DAY)
    town.house.pass_time(2 * DAY)
    assert town.served(app) is not first
    (renewal,) = [p for path, p in ca.said if path == "/newOrder" and "replaces" in p]
    assert renewal["replaces"].count(".") == 1


def test_suggestions_that_cannot_be_had_do_not_matter(town):
    town.ca.extra = {"renewalInfo": "https://ca.test/ari"}
    app = town.app()
    town.house.pass_time(10)
    assert town.served(app).names == (NAME,)
    assert town.said("failed getting renewal information")


def test_weeks_go_by(town):
    town.ca.lifetime = 6 * DAY
    app = town.app()
    for _ in range(60):
        town.house.pass_time(DAY)
        found = town.served(app)
        assert found.not_before <= town.house.now < found.not_after
    assert 12 < len(town.ca.certificates) < 18
    app.leave()
    assert town.house.timers == []


def test_what_lies_there_may_be_damaged(town):
    town.app()
    town.house.pass_time(10)
    (town.path / f"{SITE}.crt").write_text("hello")
    app = town.app()
    town.house.pass_time(10)
    assert town.served(app).names == (NAME,)
    assert town.said("replacing an unreadable certificate")


def test_a_certificate_of_another_ca_is_not_served(town):
    town.app()
    town.house.pass_time(10)
    town.settle("https://other.test")
    app = town.app(issuer(ca="https://other.test/dir"))
    assert isinstance(town.served(app), str)
    town.house.pass_time(10)
    assert town.served(app).issuer == "other.test-dir"


def fill(monkeypatch, prefix):
    """Let the disk be full for what is stored under keys that begin so."""
    store = FileStorage.store

    def full(self, key, value, sync=True):
        if key.startswith(prefix):
            raise OSError(28, "No space left on device")
        store(self, key, value, sync)

    monkeypatch.setattr(FileStorage, "store", full)


def test_a_storage_that_cannot_keep_it(town, monkeypatch):
    fill(monkeypatch, "rw_test")
    app = town.app()
    town.house.pass_time(30)
    assert town.asked == []
    assert "failed storage check" in town.said("will retry")[0]["error"]
    monkeypatch.undo()
    town.house.pass_time(MINUTE)
    assert town.served(app).names == (NAME,)


def test_what_cannot_be_kept_is_served_all_the_same(town, monkeypatch):
    fill(monkeypatch, "certificates")
    app = town.app()
    town.house.pass_time(30)
    assert town.served(app).names == (NAME,)
    assert town.said("saving assets")


# Several configs, several processes.


def slow(town):
    """Make the CA wait for ever with its next answer about an authorization."""
    held = Deferred()
    real = town.ca.__call__

    class Slow:
        def __init__(self):
            self.used = False

        async def __call__(self, method, url, body=None, content_type=""):
            if "/challenge/" in url and not self.used:
                self.used = True
                await held
            return await real(method, url, body, content_type)

    town.cas["https://ca.test"] = Slow()
    return held


def test_a_reload_goes_on_with_what_was_begun(town):
    held = slow(town)
    old = town.app()
    town.house.pass_time(10)
    assert len(town.ca.orders) == 1
    new = town.app()
    old.leave()
    town.apps.remove(old)
    held.callback(None)
    town.house.pass_time(10)
    assert town.served(new).names == (NAME,)
    assert len(town.ca.orders) == 1
    assert not list((town.path / "locks").iterdir())


def test_a_reload_with_other_terms_begins_anew(town):
    slow(town)
    old = town.app()
    town.house.pass_time(10)
    new = town.app(key_type="p384")
    assert town.office.busy == 2
    old.leave()
    assert town.office.busy == 1
    assert len(town.office.answers) == 0
    town.apps.remove(old)
    town.house.pass_time(10)
    assert town.served(new).key.curve.name == "secp384r1"
    assert not list((town.path / "acme").rglob("challenge_tokens/*"))


def test_the_end_leaves_nothing_behind(town):
    slow(town)
    app = town.app()
    town.house.pass_time(10)
    assert town.listeners.open_now
    for stop in town.house.stops:
        stop()
    assert town.listeners.open_now == []
    assert town.office.busy == 0
    assert not list((town.path / "locks").iterdir())
    assert town.house.timers == []
    assert isinstance(town.served(app), str)


def test_two_processes_share_the_work(tmp_path):
    one, two = Town(tmp_path), Town(tmp_path)
    held = slow(one)
    first = one.app()
    one.house.pass_time(3)
    second = two.app()
    for _ in range(20):
        one.house.pass_time(1)
        two.house.pass_time(1)
    assert len(two.ca.orders) == 0
    held.callback(None)
    for _ in range(10):
        one.house.pass_time(1)
        two.house.pass_time(1)
    assert two.served(second).leaf == one.served(first).leaf
    assert two.said("certificate already exists in storage")


def test_a_lock_that_was_left_behind(town):
    folder = town.path / "locks"
    folder.mkdir()
    path = folder / f"issue_cert_{NAME}.lock"
    path.write_text(
        '{"created":"2026-11-23T03:12:21.123456789Z","updated":"0001-01-01T00:00:00Z"}'
    )
    app = town.app()
    town.house.pass_time(10)
    assert town.served(app).names == (NAME,)
    path.write_text("")
    place = FileStorage(town.path)
    os.utime(path, (town.house.now - 60, town.house.now - 60))
    lock = Lock(place, f"issue_cert_{NAME}", town.house)
    taken = Deferred.fromCoroutine(lock.acquire())
    town.house.pass_time(2)
    assert taken.called
    assert json.loads(path.read_text())["updated"].startswith("2027-")
    lock.release()
    assert not path.exists()


def test_secrets_are_not_logged(town):
    secret = b64(b"very secret indeed")
    town.ca.mac_keys["kid-1"] = secret
    town.ca.plan("newAccount", problem(400, "badNonce"), problem(403, "externalAccountRequired"))
    app = town.app(issuer(external_account=ExternalAccount("kid-1", secret)))
    town.house.pass_time(HOUR)
    shown = repr(town.house.records)
    assert secret not in shown
    assert "PRIVATE KEY" not in shown
    assert str(town.served(app).key.private_numbers().private_value) not in shown


# On demand.


def on_demand(town, *answers, names=(), **more):
    town.web["/ask"] = deque(answers)
    policies = (AutomationPolicy(issuers=(issuer(),), on_demand=True, **more),)
    asked = HTTPPermission("http://ask.test/ask?a=1")
    ir = Automation(policies=policies, on_demand=OnDemand(permission=asked))
    return town.app(automation=ir, names=names)


def result(found):
    assert isinstance(found, Deferred)
    assert found.called
    return found.result


def test_a_handshake_waits_for_its_certificate(town):
    app = on_demand(town, Answer(200), names=(NAME,))
    town.house.pass_time(10)
    assert town.asked == []  # nothing is obtained before somebody asks
    both = [town.served(app, name) for name in (NAME, NAME.upper())]
    assert not both[0].called
    town.house.pass_time(10)
    assert result(both[0]).names == (NAME,)
    assert result(both[1]) is result(both[0])
    assert town.served(app) is result(both[0])
    assert town.asked[0] == f"http://ask.test/ask?a=1&domain={NAME}"
    assert len(town.ca.orders) == 1


def test_not_everybody_gets_one(town):
    app = on_demand(town, Answer(403), Answer(302, (("Location", "http://ask.test/yes"),)))
    for _ in range(2):
        why = result(town.served(app))
        assert "certificate not allowed by permission module" in why
    assert town.ca.asked == []
    assert isinstance(town.served(app, "not a name"), str)
    town.web["/ask"].append(Deferred())
    waiting = town.served(app)
    town.web["/ask"].append(Answer(200))
    assert not waiting.called


def test_one_that_lies_there_needs_permission_too(town):
    town.app()
    town.house.pass_time(10)
    orders = len(town.ca.orders)
    app = on_demand(town, Answer(404), Answer(204))
    assert isinstance(result(town.served(app)), str)
    assert result(town.served(app)).names == (NAME,)
    assert len(town.ca.orders) == orders


def test_a_handshake_does_not_wait_for_ever(town):
    app = on_demand(town, Answer(200), Answer(200))
    held = slow(town)
    waiting = town.served(app)
    town.house.pass_time(181)
    assert isinstance(result(waiting), str)
    assert town.office.busy == 0
    assert list(app.ordered) == []
    again = town.served(app)
    held.callback(None)
    town.house.pass_time(10)
    assert result(again).names == (NAME,)


def test_handshakes_see_to_renewals(town):
    app = on_demand(town, *[Answer(200)] * 4)
    waiting = town.served(app)
    town.house.pass_time(10)
    first = result(waiting)
    town.house.pass_time(61 * DAY)
    assert len(town.ca.certificates) == 1
    assert town.served(app) is first  # the new one comes behind its back
    town.house.pass_time(10)
    second = town.served(app)
    assert second is not first
    town.house.pass_time(91 * DAY)
    waiting = town.served(app)
    town.house.pass_time(10)
    third = result(waiting)
    assert third.not_after > town.house.now
    town.house.pass_time(third.not_after - town.house.now - 60)
    held = slow(town)
    assert town.served(app) is third  # a new one is on its way
    town.house.pass_time(90)
    waiting = town.served(app)
    assert not waiting.called  # too late for the old one
    held.callback(None)
    town.house.pass_time(10)
    assert result(waiting).not_after > town.house.now
    town.web["/ask"].extend([Answer(403)] * 3)
    town.web["/ask"].popleft()
    town.house.pass_time(61 * DAY)
    assert town.served(app).names == (NAME,)  # not allowed any more, but still good


def test_our_own_authority_on_demand_with_permission(town):
    town.web["/ask"] = deque([Answer(200), Answer(403)])
    policies = (AutomationPolicy(issuers=(InternalIssuer(),), on_demand=True),)
    ir = Automation(policies=policies, on_demand=OnDemand(ask="http://ask.test/ask"))
    app = town.app(automation=ir, names=())
    assert result(town.served(app, "a.internal")).issuer == "local"
    assert isinstance(result(town.served(app, "b.internal")), str)

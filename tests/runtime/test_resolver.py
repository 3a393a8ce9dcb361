import socket

from caddylite.runtime import resolver
from caddylite.runtime.resolver import Resolver, ask_system


class House:
    def __init__(self):
        self.now = 0.0
        self.reactor = self

    def monotonic(self):
        return self.now

    def getThreadPool(self):
        return None


def made(monkeypatch, answers):
    from twisted.internet.defer import Deferred

    house, pending = House(), []

    def defer(_reactor, _pool, _ask, host):
        d = Deferred()
        pending.append((host, d))
        return d

    monkeypatch.setattr("twisted.internet.threads.deferToThreadPool", defer)

    def answer():
        host, d = pending.pop(0)
        d.callback(answers[host])

    ttls = {}
    made = Resolver(house, lambda host: ttls.setdefault(host, Deferred()))
    made.ttls = ttls
    return house, made, pending, answer


GOOD = ([(socket.AF_INET, "192.0.2.1")], "")


def test_one_question_for_many_and_an_answer_that_is_kept(monkeypatch):
    house, names, pending, answer = made(monkeypatch, {"a": GOOD})
    out = []
    for _ in range(3):
        names.lookup("a", lambda found, why: out.append(found))
    assert (out, len(pending)) == ([], 1)
    answer()
    assert out == [GOOD[0]] * 3
    names.lookup("a", lambda found, why: out.append(found))
    assert len(out) == 4
    house.now = resolver.TTL + 0.1
    names.lookup("a", lambda found, why: out.append(found))
    assert (len(out), len(pending)) == (4, 1)


def test_the_time_to_live_of_the_records_counts(monkeypatch):
    for ttl, holds in ((300, 300), (0, resolver.SHORTEST), (1e9, resolver.LONGEST)):
        house, names, pending, answer = made(monkeypatch, {"a": GOOD})
        names.lookup("a", lambda found, why: None)
        answer()
        names.ttls["a"].callback(ttl)
        house.now = holds - 0.1
        names.lookup("a", lambda found, why: None)
        assert not pending
        house.now = holds + 0.1
        names.lookup("a", lambda found, why: None)
        assert pending


def test_no_name_server_to_ask(monkeypatch):
    house, names, pending, answer = made(monkeypatch, {"a": GOOD})
    names.lookup("a", lambda found, why: None)
    answer()
    names.ttls["a"].errback(OSError("no answer"))
    house.now = resolver.TTL - 0.1
    names.lookup("a", lambda found, why: None)
    assert not pending


def test_the_least_of_all_records():
    from twisted.names.dns import RRHeader

    records = [RRHeader(ttl=60), RRHeader(ttl=30)]
    assert resolver._least_ttl([(True, (records, [], [])), (False, OSError())]) == 30.0
    assert resolver._least_ttl([(False, OSError())]) is None


def test_a_failure_is_forgotten_sooner(monkeypatch):
    house, names, pending, answer = made(monkeypatch, {"a": ([], "lookup a: no such host")})
    out = []
    names.lookup("a", lambda found, why: out.append(why))
    answer()
    house.now = resolver.FAILURE_TTL + 0.1
    names.lookup("a", lambda found, why: out.append(why))
    assert out == ["lookup a: no such host"]
    assert len(pending) == 1


def test_who_asks_wrongly_does_not_keep_the_others_from_their_answer(monkeypatch):
    _, names, _, answer = made(monkeypatch, {"a": GOOD})
    out = []
    names.lookup("a", lambda found, why: 1 / 0)
    names.lookup("a", lambda found, why: out.append(found))
    answer()
    assert out == [GOOD[0]]


def test_the_system_is_asked():
    found, why = ask_system("localhost")
    assert (socket.AF_INET, "127.0.0.1") in found or (socket.AF_INET6, "::1") in found
    assert why == ""
    assert ask_system("no-such-host.invalid") == ([], "lookup no-such-host.invalid: no such host")
    assert ask_system("x" * 300)[0] == []

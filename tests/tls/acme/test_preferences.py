from random import Random

from caddylite.tls.acme.preferences import Preferences


def test_at_first_any_kind_may_be_first():
    firsts = set()
    for seed in range(20):
        known = Preferences(Random(seed))
        known.meet(["http-01", "tls-alpn-01"])
        firsts.add(known.ordered()[0])
    assert firsts == {"http-01", "tls-alpn-01"}


def test_what_works_comes_first():
    known = Preferences(Random(1))
    known.meet(["http-01", "tls-alpn-01"])
    known.note("http-01", worked=False)
    assert known.ordered() == ["tls-alpn-01", "http-01"]
    for _ in range(3):
        known.note("tls-alpn-01", worked=False)
    known.note("http-01", worked=True)
    assert known.ordered() == ["http-01", "tls-alpn-01"]
    known.meet(["dns-01"])
    assert known.ordered()[0] == "dns-01"

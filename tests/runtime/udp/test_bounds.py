"""The counts of associations."""

from caddylite.runtime.udp.bounds import Bounds


def test_all_and_one_address_are_bounded():
    bounds = Bounds(3, 2)
    assert [bounds.take("a"), bounds.take("a"), bounds.take("a")] == [True, True, False]
    assert bounds.take("b")
    assert not bounds.take("c")
    bounds.give_back(("a", 1))
    assert bounds.take("c")
    assert bounds.counts() == {"associations": 3, "clients": 3}


def test_nothing_is_kept_of_who_has_gone():
    bounds = Bounds()
    bounds.take("a")
    bounds.take("/path")
    bounds.give_back(("a", 1))
    bounds.give_back("/path")
    assert (bounds.total, bounds.hosts) == (0, {})


def test_complaints_are_rare():
    bounds = Bounds()
    assert bounds.may_complain(0.0)
    assert not bounds.may_complain(9.0)
    assert bounds.may_complain(11.0)

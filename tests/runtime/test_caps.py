from caddylite.layer4.live.selector import Limits, counted_as
from caddylite.runtime.caps import Caps


def test_the_defaults_hold_where_nothing_sensible_is_said():
    assert Caps.from_environment({}) == Caps()
    assert Caps.from_environment({"CADDYLITE_MAX_MATCHING": "many"}) == Caps()


def test_the_environment_says_otherwise():
    names = ("CONNECTIONS", "MATCHING", "MATCHING_PER_ADDRESS")
    more = ("ASSOCIATIONS", "ASSOCIATIONS_PER_ADDRESS")
    given = {f"CADDYLITE_MAX_{name}": str(i) for i, name in enumerate(names + more, 1)}
    assert Caps.from_environment(given) == Caps(1, 2, 3, 4, 5)


def test_a_house_keeps_to_them(tmp_path):
    from tests.runtime.test_tree import ECHO
    from tests.runtime.world import World

    world = World("fast", tmp_path)
    try:
        world.house.caps = Caps(connections=1)
        where = world.serve(ECHO)
        first = world.client(where)
        world.send(first, b"1")
        assert world.receive(first, 1) == b"1"
        assert world.closed(world.client(where))
    finally:
        world.close()


def test_one_address_may_not_take_all_places():
    limits = Limits(3, 2)
    assert [limits.take(h) for h in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]
    assert limits.refused == 2
    limits.give_back("a")
    assert limits.take("c")
    for host in ("a", "b", "c"):
        limits.give_back(host)
    assert (limits.waiting, limits.hosts) == (0, {})


def test_a_unix_socket_counts_in_all_only():
    limits = Limits(3, 1)
    assert [limits.take("") for _ in range(4)] == [True, True, True, False]


def test_clients_by_address():
    assert counted_as(("192.0.2.1", 5)) == "192.0.2.1"
    assert counted_as(("2001:db8::1", 5)) == counted_as(("2001:db8::ffff:2", 6))
    assert counted_as(("2001:db8:0:1::1", 5)) != counted_as(("2001:db8::1", 5))
    assert counted_as(("fe80::1%eth0", 5)) == counted_as(("fe80::2", 5))
    assert counted_as("/run/s") == ""


def test_too_many_of_one_address_in_matching_are_turned_away(fast_world):
    world = fast_world
    where = world.serve({"match": [{"tls": {}}], "handle": [{"handler": "echo"}]})
    limits = world.maker.builder.limits
    limits.max_per_host = 1
    first = world.client(where)
    world.turn(lambda: limits.waiting == 1)
    assert world.closed(world.client(where))
    first.close()
    world.turn(lambda: limits.waiting == 0)
    assert limits.hosts == {}

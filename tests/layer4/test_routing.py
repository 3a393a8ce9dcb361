import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caddylite.layer4.routing import FALLBACK, LIMIT, OVERFULL, PENDING, Router
from caddylite.placeholders import UNKNOWN
from tests.layer4.routes import (
    connection,
    cuts,
    hello,
    outcome,
    recordings,
    request,
    routes,
)

#: Port sharing as people write it, with a catch-all.
SHARED = routes(
    {"tls": {"sni": ["vpn.example.com"]}},
    {"tls": {"sni": ["*.example.com"], "alpn": ["h2"]}},
    {"tls": {}},
    {"http": [{"host": ["a.example"]}]},
    {"ssh": {}},
    {"socks5": {}},
    {"postgres": {}},
    {"xmpp": {}},
    {"remote_ip": {"ranges": ["10.0.0.0/8"]}},
    None,
)


def test_the_first_matched_route_is_taken():
    router = Router(routes({"tls": {"sni": ["b"]}}, {"tls": {"sni": ["a"]}}, {"tls": {}}))
    assert outcome(router, [hello("a")]) == 1
    assert outcome(router, [hello("c")]) == 2
    assert outcome(router, [b"SSH-"]) == FALLBACK


def test_a_route_without_matchers_waits_for_those_before_it():
    router = Router(routes({"tls": {}}, None))
    assert router.decide(connection(), b"") == PENDING
    assert router.decide(connection(), b"\x16") == PENDING
    assert router.decide(connection(), b"G") == 1


def test_a_route_that_needs_no_bytes_is_taken_at_once():
    router = Router(routes({"remote_ip": {"ranges": ["192.0.2.0/24"]}}, {"tls": {}}))
    assert router.decide(connection(), b"") == 0
    assert router.decide(connection("203.0.113.9"), b"") == PENDING


def test_no_routes_fall_back_at_once():
    assert Router(()).decide(connection(), b"") == FALLBACK


def test_routes_before_the_first_are_not_asked():
    router = Router(routes(None, {"ssh": {}}, None))
    assert router.decide(connection(), b"", 0) == 0
    assert router.decide(connection(), b"SSH-2.0-x\r\n", 1) == 1
    assert router.decide(connection(), b"GET", 1) == 2
    assert router.decide(connection(), b"", 3) == FALLBACK


@pytest.mark.parametrize("cut", [1, 5, 6, 50, 200])
def test_a_hello_in_two_segments_goes_where_the_whole_goes(cut):
    # caddy-l4 at 42db569 drops the pending route here and takes the catch-all.
    router = Router(
        routes({"tls": {"sni": ["a"]}}, {"http": [{"host": ["b"]}]}, None),
    )
    data = hello("a")
    assert outcome(router, [data[:cut], data[cut:]]) == 0


def test_16_kib_of_nothing_settled_end_it_however_they_come():
    router = Router(routes({"http": [{"host": ["x"]}]}))
    endless = b"GET / HTTP/1.1\r\nX: " + b"a" * (LIMIT + 10)
    assert outcome(router, [endless]) == OVERFULL
    assert outcome(router, [endless[:LIMIT]]) == OVERFULL
    assert outcome(router, [endless[: LIMIT - 1]]) == PENDING
    assert outcome(router, [endless[:100], endless[100:]]) == OVERFULL


def test_what_lies_behind_the_limit_is_not_seen():
    router = Router(routes({"http": [{"host": ["x"]}]}))
    late = b"GET / HTTP/1.1\r\nX: " + b"a" * LIMIT + b"\r\nHost: x\r\n\r\n"
    assert outcome(router, [late]) == OVERFULL
    assert outcome(router, [late[i : i + 1000] for i in range(0, len(late), 1000)]) == OVERFULL


@pytest.mark.parametrize("name", sorted(recordings()))
def test_recorded_clients_are_routed_the_same_at_every_cut(name):
    data = recordings()[name]
    router = Router(SHARED)
    whole = outcome(router, [data])
    assert whole != PENDING
    for pieces in cuts(data):
        assert outcome(router, pieces) == whole


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(range(len(SHARED) - 1)),
    st.sampled_from(
        [
            *recordings().values(),
            hello("vpn.example.com"),
            hello("x.example.com", "h2"),
            hello(),
            request("a.example"),
            request("b"),
            b"\x16\x03",
            b"\x05",
            b"\x00" * 40,
        ]
    ),
    st.lists(st.integers(1, 600), max_size=6),
)
def test_the_order_of_routes_decides_and_never_the_cuts(order, data, sizes):
    router = Router(tuple(SHARED[i] for i in order) + SHARED[-1:])
    pieces, rest = [], data
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    pieces.append(rest)
    pieces = [p for p in pieces if p]
    assert outcome(router, pieces) == outcome(router, [data])


def test_a_report_says_what_refuted_each_route_and_when():
    router = Router(routes({"tls": {"sni": ["a"]}}, {"http": [{"host": ["b"]}]}, {"ssh": {}}))
    data = hello("other")
    first, second, third = router.report(connection(), data)
    assert (first.status, first.after) == ("refuted", len(data))
    assert "other" in first.why
    assert (second.status, third.status) == ("refuted", "refuted")
    assert second.after <= 20
    assert third.after <= 4
    (matched, *_) = router.report(connection(), hello("a"))
    assert (matched.status, matched.why) == ("matched", "")


def test_a_report_of_part_of_a_hello():
    router = Router(routes({"tls": {"sni": ["a"]}}, {"ssh": {}}))
    first, second = router.report(connection(), hello("a")[:40])
    assert first.status == "committed"
    assert "tls" in first.why
    assert second.status == "refuted"
    assert router.undecided(connection(), hello("a")[:40]) == [0]


def test_a_set_is_refuted_by_any_of_its_matchers():
    both = {"tls": {"sni": ["a"]}, "remote_ip": {"ranges": ["10.0.0.0/8"]}}
    router = Router(routes(both, None))
    assert router.decide(connection("192.0.2.1"), b"") == 1
    assert router.decide(connection("10.0.0.1"), b"") == PENDING
    assert router.decide(connection("10.0.0.1"), hello("a")) == 0


def test_any_set_of_a_route_is_enough():
    router = Router(routes([{"tls": {"sni": ["a"]}}, {"ssh": {}}]))
    assert router.decide(connection(), b"SSH-2.0-x\r\n") == 0
    assert router.decide(connection(), hello("a")) == 0
    assert router.decide(connection(), hello("b")) == FALLBACK


def reading(name: str, value: str) -> dict:
    return {"vars": {f"{{l4.{name}}}": [value]}}


@pytest.mark.parametrize("index", [True, False])
def test_a_matcher_sees_only_what_matchers_before_it_have_set(index):
    named = reading("tls.server_name", "a")
    behind = Router(routes({"tls": {"sni": ["b"]}}, named, {"ssh": {}}), index=index)
    before = Router(routes(named, {"tls": {"sni": ["b"]}}, {"ssh": {}}), index=index)
    for pieces in cuts(hello("a")):
        assert outcome(behind, pieces) == 1
        assert outcome(before, pieces) == FALLBACK


def test_in_a_set_what_reads_names_is_asked_behind_what_sets_them():
    router = Router(routes({"tls": {}, **reading("tls.server_name", "a")}, {"tls": {}}))
    for pieces in cuts(hello("a")):
        assert outcome(router, pieces) == 0
    assert outcome(router, [hello("b")]) == 1
    inside = Router(routes({"not": [{"tls": {}, **reading("tls.server_name", "a")}]}))
    for pieces in cuts(hello("a")):
        assert outcome(inside, pieces) == FALLBACK


def test_names_set_behind_a_pending_route_are_forgotten():
    named = reading("tls.server_name", "a")
    router = Router(
        routes(named, {"regexp": {"pattern": "^x", "count": 9999}}, {"tls": {"sni": ["b"]}})
    )
    cx = connection()
    data = hello("a")
    assert router.decide(cx, data) == PENDING
    assert router.settle(cx, data) == PENDING
    assert router.decide(cx, data + bytes(9999)) == FALLBACK


def test_a_name_for_handlers_does_not_hang_on_routes_behind():
    whole = routes({"regexp": {"pattern": "^\\x16", "count": 1}}, {"tls": {"sni": ["a"]}})
    cx = connection()
    assert Router(whole).decide(cx, hello("a")) == 0
    assert cx.lookup("l4.tls.server_name") is UNKNOWN

"""The router as a pure machine: order, groups, terminal routes, the index over hosts."""

import random

import pytest

from caddylite.errors import ConfigError
from caddylite.http.handlers.static_response import StaticResponse
from caddylite.http.matchers.host import Host
from caddylite.http.matchers.path import Path
from caddylite.http.request import Request
from caddylite.http.route import Route
from caddylite.http.routing import INDEX_FROM, HostIndex, Routes, RouteWords, compile_routes


def route(*names, hosts=(), paths=(), group="", terminal=False):
    match = {}
    if hosts:
        match["host"] = Host(tuple(hosts))
    if paths:
        match["path"] = Path(tuple(paths))
    handlers = tuple(StaticResponse(body=n) for n in names)
    return Route(group, (match,) if match else (), handlers, terminal)


def walk(routes, change=None, **request):
    """Return the names of the handlers run, and whether a terminal route was the end."""
    compiled = compile_routes(routes, lambda h: h.body)
    asked = Request(**request)
    steps = compiled.walk(asked, set())
    names = []
    while True:
        try:
            names.append(next(steps))
        except StopIteration as end:
            return names, end.value
        if change is not None:
            change(asked, names[-1])


def test_routes_run_in_order_and_fall_through():
    routes = [route("a", "b"), route("c", paths=["/x"]), route("d")]
    assert walk(routes, path="/y") == (["a", "b", "d"], False)
    assert walk(routes, path="/x") == (["a", "b", "c", "d"], False)


def test_a_terminal_route_is_the_last():
    routes = [route("a", paths=["/x"], terminal=True), route("b")]
    assert walk(routes, path="/x") == (["a"], True)
    assert walk(routes, path="/y") == (["b"], False)


def test_one_route_of_a_group():
    routes = [
        route("a", paths=["/x"], group="g"), route("b", group="g"), route("c", group="h"),
        route("d", group="g"),
    ]  # fmt: skip
    assert walk(routes, path="/x")[0] == ["a", "c"]
    assert walk(routes, path="/y")[0] == ["b", "c"]


def test_what_a_handler_changes_counts_for_later_routes():
    def rewrite(request, name):
        request.path = "/new"

    routes = [route("rewrite"), route("old", paths=["/old"]), route("new", paths=["/new"])]
    assert walk(routes, rewrite, path="/old")[0] == ["rewrite", "new"]


def test_no_routes():
    assert walk([]) == ([], False)
    assert not Routes([])


def sites(count):
    return [route(f"s{i}", hosts=[f"s{i}.example"], terminal=True) for i in range(count)]


def test_many_sites_are_found_by_their_host():
    routes = [*sites(200), route("wild", hosts=["*.example"], terminal=True), route("rest")]
    assert walk(routes, host="S150.Example:8080") == (["s150"], True)
    assert walk(routes, host="other.example") == (["wild"], True)
    assert walk(routes, host="a.b.example") == (["rest"], False)
    assert walk(routes, host="") == (["rest"], False)


def test_the_index_names_few_candidates():
    index = HostIndex([frozenset({f"s{i}.example"}) for i in range(10_000)] + [None])
    assert index.candidates("s77.example") == [77, 10_000]
    assert index.candidates("unknown") == [10_000]


def test_the_index_does_not_grow_without_bounds():
    index = HostIndex([None])
    for number in range(10_000):
        index.candidates(f"h{number}")
    assert len(index._known) <= 4096


def test_a_host_changed_on_the_way_is_looked_up_anew():
    def move(request, name):
        if name == "move":
            request.host = "s5.example"

    routes = [*sites(3), route("move"), *sites(10)[3:]]
    assert walk(routes, move, host="x")[0] == ["move", "s5"]


def test_placeholders_and_odd_wildcards_are_always_tried():
    routes = [*sites(10), route("a", hosts=["a.*.example"]), route("b", hosts=["{env.NOTHING}"])]
    assert walk(routes, host="a.b.example")[0] == ["a"]


def test_the_index_never_changes_the_outcome():
    chance = random.Random(3)
    names = ["a.example", "b.example", "*.example", "c.test", "x.*.test"]
    for _ in range(200):
        routes = [
            route(
                str(i),
                hosts=chance.sample(names, chance.randrange(3)),
                terminal=chance.random() < 0.2,
                group=chance.choice(["", "", "g"]),
            )
            for i in range(INDEX_FROM + 5)
        ]
        host = chance.choice(["a.example", "z.example", "c.test", "x.y.test", "none"])
        compiled = compile_routes(routes, lambda h: h.body)
        plain = Routes(compiled.routes)
        plain._index = None
        request = Request(host=host)
        assert list(compiled.walk(request, set())) == list(plain.walk(request, set()))


def refuse(handler):
    raise ConfigError("it is broken")


def test_a_complaint_says_which_matcher_or_handler_it_is_about():
    words = RouteWords("setting up route matchers: ", "setting up route handlers: ")
    with pytest.raises(ConfigError) as caught:
        compile_routes([route("a"), route("b", hosts=["x", "x"])], str, None, words)
    assert str(caught.value) == (
        "setting up route matchers: route 1: loading matcher modules: module name 'host': "
        "provision http.matchers.host: host at index 0 is repeated at index 1: x"
    )
    with pytest.raises(ConfigError) as caught:
        compile_routes([route("a")], refuse, None, words)
    assert str(caught.value) == (
        "setting up route handlers: route 0: loading handler modules: position 0: "
        "loading module 'static_response': provision http.handlers.static_response: it is broken"
    )

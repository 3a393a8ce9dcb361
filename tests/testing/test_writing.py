"""First files of cases: they pass, and they notice when a config is changed."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from caddylite.testing import cases, checking, reports
from caddylite.testing.lab import Lab
from caddylite.testing.writing import write

SAMPLES = sorted(Path("sample_configs").glob("*.Caddyfile"))


def file_of(lab: Lab, name: str = "x") -> cases.CaseFile:
    return cases.parse_text(write(lab, name), Path("y.test.yaml"))


def failures(lab: Lab, file: cases.CaseFile) -> int:
    """How many cases come out otherwise."""
    failed = 0
    for case in file.cases:
        try:
            result = checking.check(lab, replace_cuts(case), file.variants[0])
        except Exception:
            return 1  # a listener has gone
        failed += bool(result.differences)
    return failed


def replace_cuts(case: cases.Case) -> cases.Case:
    from dataclasses import replace as change

    return change(case, any_cut=False)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.stem)
def test_what_is_written_passes(sample):
    lab = Lab.from_file(sample)
    file = file_of(lab)
    assert file.cases
    for case in file.cases:
        assert checking.check(lab, case, file.variants[0]).passed


def test_one_for_each_route_and_one_for_the_rest():
    lab = Lab.from_text(
        "{\nlayer4 {\n:443 {\n@a tls sni a.example b.example\nroute @a {\nproxy 127.0.0.1:1\n}\n"
        "@b ssh\nroute @b {\nproxy 127.0.0.1:2\n}\n@c {\nremote_ip 10.0.0.0/8\nhttp\n}\n"
        "route @c {\necho\n}\n}\n}\n}\n"
    )
    file = file_of(lab)
    ends = [dict(c.expect) for c in file.cases]
    assert ends.count({"upstream": "127.0.0.1:1"}) == 2
    assert {"upstream": "127.0.0.1:2"} in ends
    assert {"outcome": "echo", "route": "srv0/2"} in ends
    assert {"outcome": "closed"} in ends
    assert {"outcome": "pending"} in ends


def mutants(config: Any, chance: Random) -> Iterator[Any]:
    """Configs whose layer-4 routes were changed: a name, two routes swapped, a ``not`` dropped."""
    for where, routes in route_lists(config):
        for i in range(len(routes)):
            for changed in changed_route(routes[i]):
                yield where((*routes[:i], changed, *routes[i + 1 :]))
            if i + 1 < len(routes):
                yield where((*routes[:i], routes[i + 1], routes[i], *routes[i + 2 :]))


def changed_route(route: Any) -> Iterator[Any]:
    for s, matchers in enumerate(route.match):
        for name, matcher in matchers.items():
            if name == "not" and matcher.sets:
                yield with_set(route, s, {k: v for k, v in matchers.items() if k != "not"})
            sni = (getattr(matcher, "matchers", None) or {}).get("sni") if name == "tls" else None
            if sni is not None and sni.names:
                for n in range(len(sni.names)):
                    names = (*sni.names[:n], "mutant.example", *sni.names[n + 1 :])
                    inside = {**matcher.matchers, "sni": replace(sni, names=names)}
                    yield with_set(
                        route, s, {**matchers, "tls": replace(matcher, matchers=inside)}
                    )
    handlers = route.handle
    for h, handler in enumerate(handlers):
        if handler.name == "proxy" and handler.upstreams:
            first = replace(handler.upstreams[0], dial=("192.0.2.99:1",))
            changed = replace(handler, upstreams=(first, *handler.upstreams[1:]))
            yield replace(route, handle=(*handlers[:h], changed, *handlers[h + 1 :]))


def with_set(route: Any, number: int, matchers: dict) -> Any:
    sets = (*route.match[:number], matchers, *route.match[number + 1 :])
    return replace(route, match=tuple(s for s in sets if s))


def route_lists(config: Any) -> Iterator[Any]:
    layer4 = config.apps.get("layer4")
    for name, server in (layer4.servers if layer4 else {}).items():

        def put(routes, name=name, server=server):
            servers = {**layer4.servers, name: replace(server, routes=routes)}
            return replace(
                config, apps={**config.apps, "layer4": replace(layer4, servers=servers)}
            )

        yield put, server.routes
    http = config.apps.get("http")
    for name, server in (http.servers if http else {}).items():
        for w, wrapper in enumerate(server.listener_wrappers):
            if wrapper.name != "layer4":
                continue

            def put_wrapper(routes, name=name, server=server, w=w, wrapper=wrapper):
                before, after = server.listener_wrappers[:w], server.listener_wrappers[w + 1 :]
                changed = (*before, replace(wrapper, routes=routes), *after)
                servers = {**http.servers, name: replace(server, listener_wrappers=changed)}
                return replace(
                    config, apps={**config.apps, "http": replace(http, servers=servers)}
                )

            yield put_wrapper, wrapper.routes


def test_changed_configs_are_noticed():
    """Of up to 20 mutants of each sample at least 90 % fail a case.

    Those that send no class of clients elsewhere are no mutants (two routes that exclude each
    other were swapped).
    """
    from caddylite.testing.diffing import compare

    caught = real = 0
    for sample in SAMPLES:
        lab = Lab.from_file(sample)
        file = file_of(lab)
        chance = Random(sample.stem)
        found = list(mutants(lab.config, chance))
        for mutant in chance.sample(found, min(20, len(found))):
            other = Lab(mutant)
            if next(compare(lab, other), None) is None:
                continue
            real += 1
            caught += failures(other, file) > 0
    assert real >= 20
    assert caught / real >= 0.9, f"{caught} of {real}"


@pytest.mark.parametrize("path", sorted(Path("sample_configs").glob("*.test.yaml")), ids=str)
def test_sample_cases_pass(path):
    results = list(checking.run(cases.load(path)))
    assert results
    assert [reports.details(r) for r in results if not r.passed] == []

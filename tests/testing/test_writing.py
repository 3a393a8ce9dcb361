"""First files of cases: they pass, and they notice when a config is changed."""

from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from caddylite.errors import ConfigError
from caddylite.layer4.routing import Router
from caddylite.testing import cases, checking, clients, reports
from caddylite.testing.coverage.gathering import Gathering
from caddylite.testing.diffing import compare, ending
from caddylite.testing.lab import Lab
from caddylite.testing.trace import is_datagrams
from caddylite.testing.vocabulary import collect
from caddylite.testing.writing import write
from tests.testing.mutants import mutants

SAMPLES = sorted(Path("sample_configs").glob("*.Caddyfile"))


def file_of(lab: Lab, name: str = "x") -> cases.CaseFile:
    return cases.parse_text(write(lab, name), Path("y.test.yaml"))


def failures(lab: Lab, file: cases.CaseFile) -> int:
    """How many cases come out otherwise."""
    failed = 0
    for case in file.cases:
        try:
            result = checking.check(lab, replace(case, any_cut=False), file.variants[0])
        except ConfigError:
            return 1  # a listener has gone
        failed += bool(result.differences)
    return failed


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
    assert ends.count({"upstream": "127.0.0.1:1"}) == 3  # both names, and from the range
    assert {"upstream": "127.0.0.1:2"} in ends
    assert {"outcome": "echo", "route": "srv0/2"} in ends
    assert {"outcome": "closed"} in ends
    assert {"outcome": "pending"} in ends


def test_alternatives_and_routes_behind_tls_are_reached():
    lab = Lab.from_text(
        "{\nlayer4 {\n:5432 {\n@s ssh\n@r rdp\nroute @s @r {\nproxy 127.0.0.1:1\n}\n@p postgres\n"
        "route @p {\npostgres_tls\ntls\nsubroute {\n@a {\npostgres {\nuser alice\n}\n}\n"
        "route @a {\nproxy 127.0.0.1:2\n}\nroute {\nclose\n}\n}\n}\n}\n}\n}\n"
    )
    gathering = Gathering()
    gathering.watch(lab)
    for case in file_of(lab).cases:
        lab.connect(case.listen, case.client)
    (report,) = gathering.reports()
    assert [m.point.label for m in report.missing] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.stem)
def test_changed_configs_are_noticed(sample):
    """Of 20 mutants of each sample at least 90 % fail a case.

    One that no client notices is no mutant: two routes that exclude each other were swapped. That
    is asked of every class of clients, and of random ones that know nothing of the classes.
    """
    lab = Lab(Lab.from_file(sample).config)  # without lines, as the mutants are
    file, chance = file_of(lab), Random(sample.stem)
    crowd = [some_client(lab, chance) for _ in range(150)]
    caught = missed = 0
    for other in islice(mutants(lab.config, chance), 200):
        if failures(other, file):
            caught += 1
        elif any(elsewhere(lab, other, client) for client in crowd) or any(compare(lab, other)):
            missed += 1
        if caught + missed == 20:
            break
    assert caught + missed == 20
    assert caught >= 18, f"{caught} of 20"


def some_client(lab: Lab, chance: Random) -> clients.Client:
    said = collect(lab.config)
    name = chance.choice([*said.server_names(), "mutant.example", "x.y.z.example"])
    source = chance.choice([*said.addresses(), "203.0.113.99", "127.0.0.1", "2001:db8::5"])
    protocols = chance.sample(["h2", "http/1.1", "acme-tls/1", *said.alpn], 2)
    made = chance.choice([
        clients.tls(name, protocols, like=chance.choice(["gnutls", "chrome"]), http="/mutant"),
        clients.tls(name, http=chance.choice([*said.paths, "/"])), clients.quic(name),
        clients.http(name or "x"), clients.ssh(), clients.dns(name or "x"), clients.wireguard(),
    ])  # fmt: skip
    if chance.random() < 0.3:
        made = clients.proxy_protocol(made, chance.choice([*said.addresses(), "192.0.2.66"]))
    return made.coming_from(source)


def elsewhere(one: Lab, other: Lab, client: clients.Client) -> bool:
    """Does a client get something else on any listener?"""
    for listener in one.listeners:
        if is_datagrams(listener.ports.network) != (client.network == "udp"):
            continue
        before = one.connect(listener.address, client, detail=False)
        after = other.connect(listener.address, client, detail=False)
        if ending(before) != ending(after):
            return True
    return False


def test_a_thousand_names_are_a_few_questions_each(monkeypatch):
    """Each client is followed once, and where a pause may matter; and no route list is reread."""
    asked: Counter[str] = Counter()
    for name in ("decide", "settle", "report"):
        original = getattr(Router, name)

        def counted(*args, name=name, original=original, **options):
            asked[name] += 1
            return original(*args, **options)

        monkeypatch.setattr(Router, name, counted)
    count = 300
    routes = "".join(
        f"@r{i} tls sni h{i}.example\nroute @r{i} {{\nproxy 10.0.0.1:{i + 1}\n}}\n"
        for i in range(count)
    )
    file = file_of(Lab.from_text("{\nlayer4 {\n:443 {\n" + routes + "}\n}\n}\n"))
    assert len(file.cases) == count + 2
    assert asked["decide"] < 16 * count
    assert asked["settle"] < 8 * count
    assert not asked["report"]


@pytest.mark.parametrize("path", sorted(Path("sample_configs").glob("*.test.yaml")), ids=str)
def test_sample_cases_pass(path):
    results = list(checking.run(cases.load(path)))
    assert results
    assert [reports.details(r) for r in results if not r.passed] == []

"""What clients reach of a config, in points, percent, tables and pages."""

from collections import Counter

import pytest

from caddylite.testing.clients.spec import parse
from caddylite.testing.coverage import Collector, report
from caddylite.testing.coverage.gathering import Gathering
from caddylite.testing.coverage.html import page
from caddylite.testing.coverage.tables import lcov, table, total
from caddylite.testing.lab import Lab

CONFIG = """{
	layer4 {
		:443 {
			@vpn tls sni vpn.example
			@ssh ssh
			@lan {
				not remote_ip 10.0.0.0/8
				socks5
			}
			route @vpn @ssh {
				proxy 10.0.0.1:443
			}
			route @lan {
				subroute {
					@in remote_ip 192.0.2.1
					route @in {
						echo
					}
				}
			}
		}
	}
}
"""


@pytest.fixture
def lab():
    return Lab.from_text(CONFIG)


def after(lab, *clients):
    lab.observer = collector = Collector()
    for client in clients:
        lab.connect(":443", parse(client))
    return report(lab, collector.seen, CONFIG)


def missing(found):
    return {(m.point.kind, m.point.label, m.why) for m in found.missing}


def test_nothing_asked_nothing_reached(lab):
    found = after(lab)
    assert found.percent == 0
    assert [m.point.kind for m in found.measured] == [
        "route", "set", "matcher", "set", "matcher", "handler",
        "route", "matcher", "matcher", "handler", "route", "matcher", "handler", "fallback",
        "fallback",
    ]  # fmt: skip


def test_every_point_has_its_line(lab):
    lines = [m.point.line for m in after(lab).measured]
    assert lines == [10, 4, 4, 5, 5, 11, 13, 7, 8, 14, 16, 15, 17, 14, 3]


def test_one_client_reaches_its_route_and_half_of_its_matcher(lab):
    found = after(lab, "tls vpn.example")
    scores = {m.point.key: m.score for m in found.measured}
    assert scores["route srv0/0"] == 1
    assert scores["set srv0/0 0"] == 1
    assert scores["set srv0/0 1"] == 0
    assert scores["matcher srv0/0 0 tls"] == 0.5
    assert scores["handler srv0/0.0:proxy"] == 1
    assert scores["route srv0/1"] == scores["fallback srv0"] == 0


def test_a_not_that_was_never_false_counts_half(lab):
    found = after(lab, "socks5 from=192.0.2.1", "tls vpn.example", "ssh", "http x")
    assert ("matcher", "not remote_ip 10.0.0.0/8", "never refuted") in missing(found)
    found = after(lab, "socks5 from=192.0.2.1", "socks5 from=10.0.0.1")
    assert not any("not remote_ip" in label for _, label, _ in missing(found))


def test_all_clients_reach_everything(lab):
    found = after(
        lab, "tls vpn.example", "ssh", "socks5 from=192.0.2.1", "socks5 from=192.0.2.9",
        "socks5 from=10.0.0.1", "http x",
    )  # fmt: skip
    assert missing(found) == set()
    assert found.percent == 100


def test_sites_are_reached_through_the_wrappers():
    config = "a.example {\n\trespond a\n}\nb.example {\n\trespond b\n}\n"
    lab = Lab.from_text(config)
    lab.observer = collector = Collector()
    lab.connect(":443", parse("tls a.example"))
    found = report(lab, collector.seen, config)
    assert [(m.point.label, m.point.line, m.score) for m in found.measured] == [
        ("site a.example", 2, 1.0), ("site b.example", 5, 0.0),
    ]  # fmt: skip


def test_cuts_are_not_counted(lab):
    from caddylite.testing.cuts import try_cuts

    lab.observer = collector = Collector()
    try_cuts(lab, ":443", parse("tls vpn.example"))
    assert collector.seen["route srv0/0"] <= 1


def test_a_table_says_what_is_missing(lab):
    found = after(lab, "tls vpn.example")
    said = table([found])
    assert "Caddyfile:5: alternative ssh: never reached\n" in said
    assert "Caddyfile:4: tls sni vpn.example: never refuted (half)\n" in said
    assert said.endswith(f"total {found.percent:.1f}%\n")
    assert total([]) == 100


def test_lcov(lab):
    said = lcov([after(lab, "tls vpn.example")]).splitlines()
    assert said[0] == "TN:caddylite"
    assert "DA:11,1" in said
    assert "DA:14,0" in said
    assert "BRDA:4,1,0,1" in said
    assert "BRDA:4,1,1,0" in said
    lines = [s for s in said if s.startswith("DA:")]
    assert f"LF:{len(lines)}" in said
    assert said[-1] == "end_of_record"


def test_html_has_every_line_coloured(lab):
    said = page([after(lab, "tls vpn.example")])
    assert said.count("<span") == CONFIG.count("\n") + 1
    assert '<span class="y"><i>  11 </i>                proxy 10.0.0.1:443' in said
    assert "tls sni vpn.example: never refuted" in said


def test_what_other_processes_saw_is_added(lab, tmp_path):
    file = tmp_path / "Caddyfile"
    file.write_text(CONFIG)
    here, there = Gathering(), Gathering()
    for gathering, client in ((here, "tls vpn.example"), (there, "ssh")):
        own = Lab.from_file(file)
        gathering.watch(own)
        own.connect(":443", parse(client))
    here.add(there.plain())
    (both,) = here.reports()
    assert {m.point.key: m.hits for m in both.measured}["route srv0/0"] == 2
    assert both.text == CONFIG
    alone = Gathering()
    alone.add(there.plain())
    assert alone.reports()[0].percent > 0
    assert isinstance(here.seen[str(file)], Counter)

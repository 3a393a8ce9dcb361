"""Cases run: differences, cuts that matter, updates, and what caddy-l4 would do."""

from pathlib import Path

import pytest

from caddylite.errors import ConfigError
from caddylite.testing import cases, checking, reports

CONFIG = """{
	layer4 {
		:443 {
			@vpn tls sni {$VPN}
			route @vpn {
				proxy {
					proxy_protocol v2
					upstream 127.0.0.1:4443
				}
			}
			@http http
			route @http {
				proxy 127.0.0.1:80 127.0.0.1:81
			}
			@tls tls
			route @tls {
				echo
			}
		}
	}
}
:8080 {
	respond hi
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Caddyfile").write_text(CONFIG)
    return tmp_path


def run(folder: Path, text: str, **options):
    path = folder / "x.test.yaml"
    path.write_text("env: {VPN: vpn.example.com}\nlisten: ':443'\ncases:\n" + text)
    file = cases.load(path)
    return file, list(checking.run(file, **options))


RIGHT = [
    ("tls sni=vpn.example.com", "{upstream: '127.0.0.1:4443'}"),
    ("tls sni=vpn.example.com", "{handler: proxy, route: srv0/0, line: 6}"),
    ("tls sni=vpn.example.com", "{seen_from: 192.0.2.1, why: PROXY v2}"),
    ("http a.b", "{upstreams: ['127.0.0.1:81', '127.0.0.1:80']}"),
    ("http a.b", "{upstream: '127.0.0.1:81', outcome: proxy}"),
    ("tls sni=a.b", "echo"),
    ("tls sni=a.b", "{handler: 'srv0/2.0:echo'}"),
    ("ssh", "closed"),
    ("silent", "waiting"),
    ("silent patience=5", "closed"),
]


@pytest.mark.parametrize(("client", "expect"), RIGHT)
def test_what_is_expected_and_comes(folder, client, expect):
    _, (result,) = run(folder, f"- client: {client}\n  expect: {expect}\n")
    assert not result.differences
    assert result.passed


@pytest.mark.parametrize(
    ("client", "expect", "what", "got"),
    [
        ("tls sni=vpn.example.com", "{upstream: '127.0.0.1:4444'}", "upstream", "127.0.0.1:4443"),
        ("tls sni=vpn.example.com", "closed", "outcome", "proxy"),
        ("silent", "closed", "outcome", "waiting"),
        ("http a.b", "{upstreams: ['127.0.0.1:80']}", "upstreams", "127.0.0.1:80, 127.0.0.1:81"),
        ("ssh", "{handler: echo}", "handler", "none"),
        ("tls sni=a.b", "{site: a.b}", "site", "none"),
    ],
)
def test_what_is_not_as_expected(folder, client, expect, what, got):
    _, (result,) = run(folder, f"- client: {client}\n  expect: {expect}\n")
    (difference,) = result.differences
    assert (difference.what, difference.got) == (what, got)
    assert not result.passed
    said = reports.details(result)
    assert f"{what}: expected {difference.expected}, got {got}" in said
    assert "x.test.yaml:4" in said
    assert "=> " in said


def test_all_of_them_at_once_with_names(folder):
    text = "".join(f"- client: {c}\n  expect: {e}\n  name: n{i}\n"
                   for i, (c, e) in enumerate(RIGHT))  # fmt: skip
    _, results = run(folder, text)
    assert all(r.passed for r in results)
    _, results = run(folder, text, only=lambda name: name == "n3")
    assert [r.name for r in results] == ["n3"]


def test_where_caddy_l4_differs_and_what_to_say(folder):
    _, (http, ssh) = run(folder, "- client: http a.b\n- client: ssh\n", both=True)
    assert http.passed
    assert not http.agreed
    assert "caddy-l4, cut at" in reports.real_details(http)
    assert ssh.agreed


def test_deciding_as_caddy_l4_fails_for_the_cut(folder):
    _, (result,) = run(folder, "- client: http a.b\n", decide_as="caddy-l4")
    assert not result.passed
    assert "the decision changes when the bytes come cut at" in reports.details(result)
    assert "\n  and whole:\n    HTTP GET a.b/" in reports.details(result)


def test_update_writes_what_came_and_nothing_else(folder):
    text = (
        "# a comment\n- client: http a.b   # why not\n  expect: {upstream: x}  # old\n"
        "- client: tls sni=a.b\n- client: ssh\n  expect:\n    handler: echo\n    why: never\n"
        "- client: silent\n  expect: waiting\n"
    )
    file, results = run(folder, text)
    assert [r.passed for r in results] == [False, True, False, True]
    new = checking.updated(file, results)
    assert "# a comment\n- client: http a.b" in new
    assert "# why not" in new
    assert "# old" in new
    assert new.endswith("- client: silent\n  expect: waiting\n")
    file.path.write_text(new)
    again = cases.load(file.path)
    results = list(checking.run(again))
    assert all(r.passed and r.case.expect for r in results)
    assert checking.updated(again, results) == new


def test_a_listener_that_is_not_there_is_a_mistake_in_the_case(folder):
    with pytest.raises(ConfigError) as e:
        run(folder, "- client: ssh\n  listen: ':99'\n")
    assert e.value.at.line == 4


def test_tap_and_junit(folder):
    import xml.etree.ElementTree as ET

    _, results = run(
        folder, "- client: ssh\n  expect: closed\n  name: a<b\n- client: ssh\n  expect: echo\n"
    )
    lines = reports.tap(results).splitlines()
    assert lines[:3] == ["TAP version 13", "1..2", "ok 1 - a<b"]
    assert lines[3] == "not ok 2 - SSH"
    root = ET.fromstring(reports.junit([("f", results)]))
    assert root[0].attrib == {"name": "f", "tests": "2", "failures": "1"}
    assert [c.attrib["name"] for c in root[0]] == ["a<b", "SSH"]
    assert {c.attrib["classname"] for c in root[0]} == {"f"}
    assert "outcome: expected echo, got closed" in root[0][1][0].text

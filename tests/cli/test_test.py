"""``test``, ``init``, ``diff``, ``replay`` and ``explain`` as commands."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner

from caddylite.cli._commands import commands
from caddylite.errors import ConfigError
from tests.testing.clients.test_capture import ME, YOU, ethernet, pcap_of, tcp

CONFIG = """{
	layer4 {
		:443 {
			@http http
			route @http {
				proxy 127.0.0.1:80
			}
			@tls tls
			route @tls {
				proxy 127.0.0.1:443
			}
		}
	}
}
"""
CASES = """config: Caddyfile
cases:
  - {name: web, client: http a.b, expect: {upstream: "127.0.0.1:80"}}
  - {name: wrong, client: tls sni=a.b, expect: closed}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Caddyfile").write_text(CONFIG)
    (tmp_path / "my.test.yaml").write_text(CASES)
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands, words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_failures_and_the_exit_status(here):
    status, said = run("test")
    assert status == 1
    assert "ok   web" in said
    assert "FAIL wrong" in said
    assert "outcome: expected closed, got proxy" in said
    assert said.endswith("1 passed, 1 failed\n")
    assert run("test", "-k", "WEB")[0] == 0
    assert "ok   web" not in run("test", "-q")[1]


def test_update(here):
    assert run("test", "--update")[0] == 0
    assert 'expect: {upstream: "127.0.0.1:443"}}' in (here / "my.test.yaml").read_text()
    assert run("test", "my.test.yaml")[0] == 0


def test_update_leaves_alone_what_variants_do_not_agree_on(here):
    (here / "Caddyfile").write_text(CONFIG.replace("127.0.0.1:80", "{$WEB}"))
    file = here / "my.test.yaml"
    file.write_text(
        "variants:\n- {config: Caddyfile, env: {WEB: '127.0.0.1:1'}}\n"
        "- {config: Caddyfile, env: {WEB: '127.0.0.1:2'}}\n"
        "cases:\n- {name: web, client: http a.b, expect: {upstream: '127.0.0.1:1'}}\n"
        "- {name: tls, client: tls a.b, expect: closed}\n"
    )
    status, said = run("test", "--update")
    assert status == 1
    assert "my.test.yaml:5: not updated, the variants differ: web" in said
    assert "upstream: '127.0.0.1:1'" in file.read_text()
    assert 'client: tls a.b, expect: {upstream: "127.0.0.1:443"}' in file.read_text()


def test_a_name_that_no_case_has(here):
    with pytest.raises(ConfigError, match="no case has 'nobody' in its name"):
        run("test", "-k", "nobody")


def test_a_config_that_is_not_there_is_a_mistake_in_the_file(here):
    (here / "my.test.yaml").write_text("# cases\nconfig: nowhere/Caddyfile\ncases: []\n")
    with pytest.raises(ConfigError, match="open nowhere/Caddyfile: no such file") as e:
        run("test")
    assert (e.value.at.file, e.value.at.line) == ("my.test.yaml", 2)


def test_reports(here):
    status, said = run("test", "--tap")
    assert (status, said.splitlines()[1]) == (1, "1..2")
    run("test", "--junit", "out.xml")
    assert ET.parse(here / "out.xml").getroot()[0].attrib["failures"] == "1"
    assert ET.fromstring(run("test", "--junit", "-")[1]).tag == "testsuites"


def test_both(here):
    run("test", "--update")
    status, said = run("test", "--as", "both")
    assert status == 1
    assert "2 passed, 0 failed, 1 differ in caddy-l4" in said
    assert "moving one route does not help" in said
    assert run("test", "--as", "caddy-l4")[0] == 1


def test_advice_that_helps(here):
    """A slow route behind a quick one: put the other way round both programs agree."""
    (here / "Caddyfile").write_text(
        "{\nlayer4 {\n:443 {\n@x {\nregexp ^SSH-2 5\n}\nroute @x {\nproxy 127.0.0.1:1\n}\n"
        "@y regexp ^SSH 3\nroute @y {\nproxy 127.0.0.1:2\n}\n}\n}\n}\n"
    )
    (here / "my.test.yaml").write_text(
        "cases:\n  - {client: bytes text=SSHx}\n  - {client: bytes text=SSH-2.0}\n"
    )
    said = run("test", "--as", "both")[1]
    assert "differ in caddy-l4" in said
    assert "srv0: " in said


def test_no_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no file of cases here"):
        run("test")


def test_init_and_then_test(here):
    (here / "my.test.yaml").unlink()
    status, said = run("init", "--tests")
    assert status == 0
    assert "wrote Caddyfile.test.yaml" in said
    assert run("test")[0] == 0
    with pytest.raises(ConfigError, match="is there already"):
        run("init", "--tests")
    assert run("init", "--tests", "--force")[0] == 0
    assert run("init", "--tests", "-o", "-")[1].startswith("# What Caddyfile does now")
    with pytest.raises(ConfigError, match="nothing to write"):
        run("init")


def test_diff(here):
    (here / "new").write_text(CONFIG.replace(":80", ":81"))
    status, said = run("diff", "Caddyfile", "new")
    assert status == 1
    assert ":443  proxy 127.0.0.1:80  ->  proxy 127.0.0.1:81" in said
    assert "[http host=other.example path=/]" in said
    changes = json.loads(run("diff", "--json", "Caddyfile", "new")[1])
    assert {c["witness"].split()[0] for c in changes} == {"http"}
    assert run("diff", "Caddyfile", "Caddyfile") == (0, "no client gets anything else\n")


def test_replay(here):
    packets = [
        tcp(ME, YOU, sequence=1, flags=2),
        tcp(ME, YOU, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 2),
    ]
    (here / "x.pcap").write_bytes(pcap_of([ethernet(p) for p in packets]))
    status, said = run("replay", "x.pcap")
    assert status == 0
    assert said.splitlines()[0] == "     1  proxy 127.0.0.1:80"
    assert json.loads(run("replay", "--json", "x.pcap")[1]) == {"proxy 127.0.0.1:80": 1}
    assert "192.0.2.7:40000" in run("replay", "-v", "x.pcap")[1]


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ("http a.b", "=> proxy srv0/0.0:proxy: to 127.0.0.1:80  [Caddyfile:6]"),
        ("tls sni=a.b like=chrome", "=> proxy srv0/1.0:proxy: to 127.0.0.1:443  [Caddyfile:10]"),
        ("--tls-sni a.b", "=> proxy srv0/1.0:proxy: to 127.0.0.1:443  [Caddyfile:10]"),
        ("--hex 160301", "=> pending srv0: needs more bytes: route 1 is undecided"),
        ("--as caddy-l4 --cut 5 http a.b", "=> closed srv0: no route matched"),
        ("--cut 5 --pause 0.2 http a.b", "=> proxy srv0/0.0:proxy"),
        ("", "=> pending srv0"),
    ],
)
def test_explain(here, words, last):
    status, said = run("explain", *words.split())
    assert status == 0
    assert said.splitlines()[-1].startswith(last)


def test_a_cut_that_is_none(here):
    with pytest.raises(ConfigError, match="not within the 1 bytes that the client says"):
        run("explain", "--cut", "5", "--hex", "16")
    with pytest.raises(ConfigError, match="'x' are no places"):
        run("explain", "--cut", "x", "ssh")


def test_a_picture_is_named_by_its_language(here):
    run("graph", "-o", "x.svg")
    assert (here / "x.svg").read_text().startswith("<svg")
    assert run("graph")[1].startswith("flowchart")
    with pytest.raises(ConfigError, match=r"no picture is written as x\.png") as e:
        run("graph", "-o", "x.png")
    assert e.value.hint == "name it .svg, .dot, .gv, .mmd, .md, or say -f"
    assert run("graph", "-o", "x.png", "-f", "dot")[0] == 0


def test_explain_as_json(here):
    plain = json.loads(run("explain", "--json", "--from", "192.0.2.9", "ssh")[1])
    assert plain["client"]["remote"] == "192.0.2.9:50000"
    assert plain["outcome"] == "closed"

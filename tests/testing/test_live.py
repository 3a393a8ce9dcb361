"""Cases with real sockets on loopback, against caddylite and (where there is one) a real Caddy."""

import os
from pathlib import Path

import pytest

from caddylite.testing import cases, harness, live
from caddylite.testing.lab import Lab

CONFIG = """{
	layer4 {
		:443 {
			@secure tls sni {$NAME}
			route @secure {
				tls
				proxy 127.0.0.1:1
			}
			@http http
			route @http {
				subroute {
					@in http host a.example
					route @in {
						proxy 127.0.0.1:80
					}
				}
				echo
			}
		}
	}
}
"""
CASES = """env: {NAME: secure.example.com}
cases:
  - client: tls sni=secure.example.com
  - client: http a.example
  - client: http b.example
  - client: ssh
  - client: silent
"""


def load(folder: Path, text: str = CASES) -> cases.CaseFile:
    (folder / "Caddyfile").write_text(CONFIG)
    (folder / "x.test.yaml").write_text(text)
    return cases.load(folder / "x.test.yaml")


def test_a_harness_puts_a_stand_in_in_the_place_of_each_partner():
    made = harness.make(Lab.from_text(CONFIG.replace("{$NAME}", "s.example")).config, 30000)
    assert [p for p, _ in made.places] == ["srv0/0.0:tls", "srv0/1.0/0.0:proxy", "srv0/1.1:echo"]
    assert made.fronts == {"srv0": 30500}
    lab = Lab(made.config)
    from caddylite.testing.clients import parse

    trace = lab.connect("srv0", parse("http b.example"))
    assert made.place(int(trace.upstream.rpartition(":")[2])) == "srv0/1.1:echo"


def test_the_running_program_does_what_the_trace_says(tmp_path):
    answers = list(live.run(load(tmp_path)))
    assert [name for name, _ in answers][-1] == "a silent client"
    assert [problem for _, problem in answers] == [""] * 5


def test_clients_that_no_routes_see_are_not_tried(tmp_path):
    text = CASES + "  - {client: http a.example, listen: ':8080'}\n"
    file = load(tmp_path, text)
    (tmp_path / "Caddyfile").write_text(CONFIG + ":8080 {\nrespond hi\n}\n")
    answers = list(live.run(file, only="http"))
    assert [problem for _, problem in answers] == ["", "", live.NOT_TRIED]


def test_against_a_real_caddy(tmp_path):
    program = os.environ.get("CADDY_L4")
    if not program:
        pytest.skip("$CADDY_L4 names no Caddy with layer4")
    answers = dict(live.run(load(tmp_path), against=program))
    assert answers["TLS, SNI secure.example.com"] != ""  # its mistake: a hello in two halves
    assert "cut at" in answers["TLS, SNI secure.example.com"]
    assert "got closed" in answers["TLS, SNI secure.example.com"]
    assert answers["a silent client"] == ""

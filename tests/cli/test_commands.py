"""The command line as a user types it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "sample_configs"
L4 = """{
	layer4 {
		:443 {
			@a tls sni a.example.com
			route @a {
				proxy 127.0.0.1:9001
			}
			route {
				proxy 127.0.0.1:9002
			}
		}
	}
}
"""


def run(*argv: str, cwd=None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "caddylite.cli.main", *argv],
        capture_output=True, text=True, cwd=cwd, input=stdin, timeout=60,
    )  # fmt: skip


def last_record(done) -> dict:
    return json.loads(done.stderr.strip().splitlines()[-1])


def test_adapt_prints_caddys_json(tmp_path):
    (tmp_path / "Caddyfile").write_text(":80 {\n\trespond hi\n}\n")
    done = run("adapt", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == (
        '{"apps":{"http":{"servers":{"srv0":{"listen":[":80"],"routes":[{"handle":'
        '[{"body":"hi","handler":"static_response"}]}]}}}}}\n'
    )


def test_adapt_reads_stdin_and_is_pretty():
    done = run("adapt", "--config", "-", "--pretty", stdin=":80 {\n\trespond hi\n}\n")
    assert done.stdout.startswith('{\n\t"apps": {\n\t\t"http": {')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (":80 {\n\tfoo bar\n}\n", "Caddyfile:2: unrecognized directive: foo"),
        (":80 {\n\trespond a b c\n}\n", "at Caddyfile:2"),
        (":80 {\n", "syntax error: unexpected token '{', expecting '}'"),
    ],
)
def test_a_mistake_is_said_in_one_line_and_ends_with_1(tmp_path, text, said):
    (tmp_path / "Caddyfile").write_text(text)
    done = run("adapt", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert said in last_record(done)["msg"]
    assert "Traceback" not in done.stderr


def test_no_config_at_all(tmp_path):
    done = run("adapt", cwd=tmp_path)
    assert done.returncode == 1
    assert "input file required" in last_record(done)["msg"]
    done = run("validate", "--config", "nope", cwd=tmp_path)
    assert "open nope: no such file or directory" in last_record(done)["msg"]


def test_validate(tmp_path):
    (tmp_path / "Caddyfile").write_text(L4)
    done = run("validate", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Valid configuration\n")


def test_an_address_claimed_twice_is_refused_with_both_places(tmp_path):
    (tmp_path / "Caddyfile").write_text(L4 + "www.example.com {\n\ttls internal\n}\n")
    done = run("validate", cwd=tmp_path)
    record = last_record(done)
    assert done.returncode == 1
    assert "Caddyfile:3" in record["msg"]
    assert "Caddyfile:14" in record["msg"]
    assert "listener_wrappers" in record["hint"]
    adapted = run("adapt", cwd=tmp_path)
    assert adapted.returncode == 0
    assert "claim the same address" in adapted.stderr


def test_a_json_mistake_has_line_column_and_path(tmp_path):
    (tmp_path / "c.json").write_text(
        '{\n "apps": {"layer4": {"servers": {"a": {"lisen": []}}}}\n}'
    )
    done = run("validate", "--config", "c.json", cwd=tmp_path)
    record = last_record(done)
    assert done.returncode == 1
    assert 'unknown field "lisen"' in record["msg"]
    assert "listen" in record["hint"]


def test_fmt(tmp_path):
    file = tmp_path / "Caddyfile"
    file.write_text(":80 {\nrespond hi\n}\n")
    done = run("fmt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, ":80 {\n\trespond hi\n}\n")
    assert "Caddyfile:2: Caddyfile input is not formatted" in last_record(done)["msg"]
    assert "- respond hi\n+ \trespond hi\n" in run("fmt", "--diff", cwd=tmp_path).stdout
    assert run("fmt", "--overwrite", cwd=tmp_path).returncode == 0
    assert run("fmt", cwd=tmp_path).returncode == 0
    assert run("fmt", "-", stdin=":80 {\nabort\n}\n").stdout == ":80 {\n\tabort\n}\n"


def test_explain_says_where_a_client_goes(tmp_path):
    (tmp_path / "Caddyfile").write_text(L4)
    said = run("explain", "--tls-sni", "a.example.com", cwd=tmp_path).stdout
    assert "=> proxy srv0/0.0:proxy: to 127.0.0.1:9001" in said
    trace = json.loads(run("explain", "--http", "x", "--json", cwd=tmp_path).stdout)
    assert trace["outcome"] == "proxy"
    assert trace["upstreams"] == ["127.0.0.1:9002"]
    assert [r["status"] for r in trace["steps"][0]["routes"]] == ["refuted", "matched"]


def test_explain_needs_to_know_the_listener(tmp_path):
    done = run("explain", "--listen", ":80", "--hex", "16", "--config",
               str(SAMPLES / "services_by_name.Caddyfile"))  # fmt: skip
    assert done.returncode == 1
    assert last_record(done)["hint"] == "the config listens on :443"


def test_list_modules_with_syntax():
    said = run("list-modules", "--syntax", "layer4.matchers.ssh").stdout
    assert said == "layer4.matchers.ssh\n    ssh\n"
    assert "http.handlers.reverse_proxy\n" in run("list-modules").stdout


def test_version_and_completion():
    assert "compatible with Caddy v2.11.7" in run("version").stdout
    assert "_CADDYLITE_COMPLETE" in run("completion", "bash").stdout

"""Comments that silence, fixes, outputs, exit status."""

import json

import pytest
from click.testing import CliRunner

from caddylite.cli.lint import command
from caddylite.testing.lint import lint
from caddylite.testing.lint.fixes import apply
from caddylite.testing.lint.output import github, jsons, sarif, text

BAD = """{
	layer4 {
		:443 {
			@a tls sni not web.example%s
			@b tls alpn http/2
			route @a {
				proxy 10.0.0.1:443
			}
			route @b {
				echo
			}
		}
	}
}
"""


def codes(config, **how):
    return [f.code for f in lint(config, **how)]


def test_findings_come_in_the_order_of_the_file():
    found = lint(BAD % "")
    assert [(f.code, f.line) for f in found] == [("L4012", 4), ("L4023", 5)]
    assert found[0].where == "Caddyfile:4:7"


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ("", " # caddylite: ignore L4012", ["L4023"]),
        ("", " # caddylite: ignore", ["L4023"]),
        ("", " # caddylite: ignore L4023", ["L4012", "L4023"]),
        ("", "\n\t\t\t# caddylite: ignore L4023", ["L4012"]),
        ("# caddylite: ignore-file L4012, L4023\n", "", []),
        ("# caddylite: ignore-file\n", "", []),
    ],
)
def test_a_comment_silences_its_line_the_next_or_the_file(before, after, left):
    assert codes(before + BAD % after) == left


def test_codes_can_be_ignored_from_outside():
    assert codes(BAD % "", ignore=["L4012"]) == ["L4023"]


def test_fixes_change_the_words_and_nothing_else():
    before = BAD % "  # keep this"
    after, count = apply(before, lint(before), "Caddyfile")
    assert count == 2
    assert "@a not tls sni web.example  # keep this\n" in after
    assert "@b tls alpn h2\n" in after
    assert codes(after) == []
    assert len(after) == len(before) - len("http/2") + len("h2")


def test_a_fix_of_an_imported_or_changed_line_is_left_out():
    before = BAD % ""
    found = lint(before)
    assert apply(before, found, "another file") == (before, 0)
    assert apply(before.replace("sni not", "sni  not"), found[:1], "Caddyfile")[1] == 0


def test_old_module_names_are_fixed_in_files_that_do_not_adapt():
    config = "{\nlayer4 {\n:9 {\n@a ip 10.0.0.0/8\nroute @a {\necho\n}\n}\n}\n}\n"
    found = lint(config)
    assert [f.code for f in found] == ["L4001"]
    assert "write 'remote_ip'" in found[0].todo
    fixed, _ = apply(config, found, "Caddyfile")
    assert codes(fixed) == []


def test_text_shows_the_line_and_what_to_do():
    said = text.write(lint(BAD % ""), BAD % "", "Caddyfile")
    assert "Caddyfile:4:7: error L4012 literal 'not' as a value\n" in said
    assert "    4 | @a tls sni not web.example\n" in said
    assert "→ write: not tls sni web.example" in said
    assert said.endswith("1 error, 1 warning, 0 infos\n")
    assert "\x1b[31;1merror" in text.write(lint(BAD % ""), BAD % "", "Caddyfile", colour=True)
    assert text.write([], "", "Caddyfile") == "nothing to say\n"


def test_json_has_places_and_fixes():
    first = json.loads(jsons.write(lint(BAD % "")))[0]
    assert first["code"] == "L4012"
    assert (first["line"], first["column"]) == (4, 7)
    assert first["fix"] == [{"line": 4, "old": "tls sni not", "new": "not tls sni"}]


def test_sarif_names_the_rules():
    run = json.loads(sarif.write(lint(BAD % "")))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 4, "startColumn": 7}
    assert [r["level"] for r in run["results"]] == ["error", "warning"]


def test_github_annotations_are_escaped():
    line = github.write(lint(BAD % "")).splitlines()[0]
    assert line.startswith("::error file=Caddyfile,line=4,col=7,title=L4012 literal 'not' as a")
    assert line.count("\n") == 0


def test_json_configs_have_lines_and_paths():
    config = (
        '{"apps": {"layer4": {"servers": {"a": {"listen": [":443"],\n"routes": [\n'
        '{"match": [{"tls": {"sni": ["not", "x"]}}], "handle": [{"handler": "echo"}]}]}}}}}'
    )
    (found,) = lint(config, "c.json")
    assert (found.code, found.line) == ("L4012", 3)
    assert found.path == "apps.layer4.servers.a.routes.0.match.0.tls"
    assert found.fix == ()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "Caddyfile"
    path.write_text(BAD % "")
    return path


@pytest.mark.parametrize(
    ("flags", "status"),
    [
        ([], 1),
        (["--ignore", "L4012"], 0),
        (["--ignore", "L4012", "--fail-on", "warning"], 1),
        (["--ignore", "L4012,L4023", "--fail-on", "info"], 0),
        (["--fail-on", "never"], 0),
        (["--format", "nonsense"], 2),
    ],
)
def test_exit_status(file, flags, status):
    assert CliRunner().invoke(command, ["--config", str(file), *flags]).exit_code == status


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_every_format_is_printed(file, form):
    done = CliRunner().invoke(command, [str(file), "-f", form])
    assert "L4012" in done.output


def test_fix_writes_the_file(file):
    done = CliRunner().invoke(command, [str(file), "--fix"])
    assert "2 fixed" in done.output
    assert "not tls sni web.example" in file.read_text()


def test_the_rules_are_listed():
    done = CliRunner().invoke(command, ["--rules"])
    assert "L4080  info" in done.output


def test_several_files_are_one_list(file):
    done = CliRunner().invoke(command, [str(file), str(file), "-f", "json"])
    assert len(json.loads(done.stdout)) == 4


def test_comments_hold_in_their_own_file(tmp_path):
    (tmp_path / "routes").write_text("# one\n# two\n@a tls sni not x\nroute @a {\n\techo\n}\n")
    main = (
        "{\n\tlayer4 { # caddylite: ignore L4012\n:443 { # caddylite: ignore\n"
        f"\t\t\timport {tmp_path}/routes\n}}\n}}\n}}\n"
    )
    (found,) = lint(main, str(tmp_path / "Caddyfile"))
    assert found.code == "L4012"
    assert found.where == f"{tmp_path}/routes:3:4"


def test_a_set_that_comes_twice_or_never():
    twice = "{\nlayer4 {\n:1 {\n@a ssh\n@a tls\nroute @a {\necho\n}\n}\n}\n}\n"
    (found,) = lint(twice)
    assert "give it another name" in found.todo
    (found,) = lint(twice.replace("@a tls\nroute @a", "@b tls\nroute @c"))
    assert "define it in the same block" in found.todo

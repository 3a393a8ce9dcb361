"""Comments that silence, fixes, places in JSON, exit status."""

import json

import pytest
from click.testing import CliRunner

from caddylite.cli.lint import command
from caddylite.testing.lint import lint
from caddylite.testing.lint.fixes import apply
from tests.testing.lint.configs import BAD
from tests.testing.lint.test_rule_limits import CASES as LIMITS
from tests.testing.lint.test_rules import CASES as RULES


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


def test_a_protocol_that_is_there_already_is_not_written_twice():
    text = BAD.replace("alpn http/2", "alpn http/2 h2") % ""
    found = [f for f in lint(text) if f.code == "L4023"]
    assert [(f.todo, f.fix) for f in found] == [("remove it", ())]


FIXABLE = [text for both in RULES.values() for text in both] + [
    text for both in LIMITS.values() for some in both for text in some
]


def test_fixes_can_be_made_twice_and_leave_files_that_load():
    fixed = 0
    for before in FIXABLE:
        once, count = apply(before, lint(before), "Caddyfile")
        again = lint(once)
        assert apply(once, again, "Caddyfile") == (once, 0)
        if count:
            fixed += 1
            assert "L4001" not in [f.code for f in again]
    assert fixed >= 7


def test_json_configs_have_columns():
    config = (
        '{"apps": {"layer4": {"servers": {"a": {"listen": [":99/udp"],\n'
        '  "routes": [{"handle": [{"handler": "echo"},\n'
        '    {"handler": "proxy", "upstreams": [{"dial": ["git"]}]}]}]}}}}}'
    )
    found = {f.code: f for f in lint(config, "c.json")}
    assert {c: f.where for c, f in found.items() if c in ("L4035", "L4069", "L4076")} == {
        "L4076": "c.json:1:39",
        "L4035": "c.json:3:5",
        "L4069": "c.json:3:5",
    }
    assert found["L4069"].path == "apps.layer4.servers.a.routes.0.handle.1"


@pytest.mark.parametrize(
    ("matcher", "listen"),
    [
        ('{"remote_ip": {"ranges": ["nonsense"]}}', ":443"),
        ('{"local_ip": {"ranges": ["nonsense"]}}', ":443"),
        ('{"http": [{"remote_ip": {"ranges": ["nonsense"]}}]}', ":80"),
        ('{"not": [{"remote_ip": {"ranges": ["nonsense"]}}]}', ":80"),
        ('{"regexp": {"pattern": "("}}', ":80"),
        ('{"ssh": {}}', "a.b[:443"),
    ],
)
def test_what_could_not_be_started_is_looked_at_all_the_same(matcher, listen):
    config = (
        f'{{"apps": {{"layer4": {{"servers": {{"a": {{"listen": ["{listen}"], "routes": ['
        f'{{"match": [{matcher}], "handle": [{{"handler": "echo"}}]}},'
        '{"match": [{"tls": {"sni": ["not"]}}], "handle": [{"handler": "echo"}]}]}}}}}'
    )
    assert "L4012" in codes(config, file="c.json")

"""Findings as text, JSON, SARIF and GitHub annotations."""

import json
import re

import pytest

from caddylite.testing.lint import Finding, lint
from caddylite.testing.lint.output import github, jsons, sarif, text
from tests.testing.lint.configs import BAD


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


#: What the schema of SARIF 2.1.0 requires, of what is written here.
REQUIRED = {
    (): {"version", "runs"},
    ("runs",): {"tool"},
    ("runs", "tool"): {"driver"},
    ("runs", "tool", "driver"): {"name"},
    ("runs", "tool", "driver", "rules"): {"id"},
    ("runs", "tool", "driver", "rules", "shortDescription"): {"text"},
    ("runs", "tool", "driver", "rules", "fullDescription"): {"text"},
    ("runs", "results"): {"message"},
}


def parts(value, path=()):
    """Yield every object of a document, with the names that lead to it."""
    if isinstance(value, dict):
        yield path, value
        for name, inside in value.items():
            yield from parts(inside, (*path, name))
    elif isinstance(value, list):
        for inside in value:
            yield from parts(inside, path)


@pytest.mark.parametrize("file", ["Caddyfile", "a folder/Caddy%file", "/etc/caddy/Caddyfile"])
def test_sarif_has_what_its_schema_requires(file):
    document = json.loads(sarif.write(lint(BAD % "", file)))
    assert document["version"] == "2.1.0"
    seen = set()
    for path, found in parts(document):
        assert REQUIRED.get(path, set()) <= found.keys(), path
        seen.add(path)
        if path[-1:] == ("region",):
            assert min(found["startLine"], found["startColumn"]) >= 1
        if path[-1:] == ("artifactLocation",):
            assert re.fullmatch(r"(file://)?[A-Za-z0-9._~/%-]+", found["uri"])
            assert re.search(r"%(?![0-9A-F]{2})", found["uri"]) is None
    assert REQUIRED.keys() <= seen
    levels = {r["level"] for r in document["runs"][0]["results"]}
    assert levels <= {"none", "note", "warning", "error"}


def test_github_annotations_keep_to_one_line():
    finding = Finding("L4999", "info", "a, b: c", "100 %\nand more\r", "do: this", "x,y:z%")
    assert github.write([finding]) == (
        "::notice file=x%2Cy%3Az%25,line=1,col=1,title=L4999 a%2C b%3A c::"
        "100 %25%0Aand more%0D → do: this\n"
    )


def test_what_the_compiler_says_in_several_lines_stays_indented():
    found = lint("a.example\nclock 1\n")
    assert "\n" in found[0].why
    said = text.write(found, "", "Caddyfile")
    assert all(line.startswith((" ", "Caddyfile:")) for line in said.splitlines()[:-1] if line)

"""Placeholder shorthands."""

import pytest

from caddylite.adapt.shorthands import SHORTHANDS, expanded, shorthand_of


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{host}", "{http.request.host}"),
        ("a{host}b{uri}c", "a{http.request.host}b{http.request.uri}c"),
        ("{%path}{?query}", "{http.request.uri.path_escaped}{http.request.uri.prefixed_query}"),
        ("{header.X-Real_IP}", "{http.request.header.X-Real_IP}"),
        ("{header.X.Y}", "{header.X.Y}"),
        ("{re.name.1}", "{http.regexp.name.1}"),
        ("{path.0}{file.base}", "{http.request.uri.path.0}{http.request.uri.path.file.base}"),
        ("{vars.}", "{http.vars.}"),
        ("{{host}}", "{{http.request.host}}"),
        ("{host", "{host"),
        ("host}", "host}"),
        ("{ host }", "{ host }"),
        ("{header.ä}", "{header.ä}"),
        ("{nothing}", "{nothing}"),
    ],
)
def test_expanded(text: str, wanted: str) -> None:
    assert expanded(text) == wanted


def test_what_is_expanded_once_stays() -> None:
    for short in SHORTHANDS:
        assert expanded(expanded(f"{{{short}}}")) == expanded(f"{{{short}}}")


def test_a_placeholder_knows_its_shorthand() -> None:
    assert shorthand_of("{http.request.host}") == "{host}"
    assert shorthand_of("http.request.uri") == "{uri}"
    assert shorthand_of("{x}") is None

import pytest

from caddylite.cli._envfile import parse
from caddylite.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=1\nexport B=two\n# no\n\nC=x # comment\n", {"A": "1", "B": "two", "C": "x"}),
        ("A=\"one\ntwo\"\nB='q'\n", {"A": "one\ntwo", "B": "q"}),
        ('A="say \\"hi\\" now"\n', {"A": 'say \\"hi\\" now'}),
        ("A=\n", {"A": ""}),
    ],
)
def test_values(text, values):
    assert parse(text) == values


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A\n", "can't parse line 1; line should be in KEY=VALUE format"),
        ("=1\n", "missing or empty key on line 1"),
        ("\nA B=1\n", "invalid key on line 2: contains whitespace: A B"),
        ("A= 1\n", "invalid value on line 1: whitespace before value: ' 1'"),
    ],
)
def test_complaints(text, complaint):
    with pytest.raises(ConfigError) as e:
        parse(text)
    assert str(e.value) == complaint

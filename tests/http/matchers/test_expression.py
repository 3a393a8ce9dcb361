"""The expression matcher: carried through, not evaluated yet."""

import pytest

from caddylite.codec import from_plain, to_plain
from caddylite.errors import ConfigError
from caddylite.http.matchers.expression import Expression
from tests.http.matchers.asking import asked


@pytest.mark.parametrize("plain", ["a == b", {"expr": "a == b", "name": "n"}])
def test_both_json_forms(plain):
    assert to_plain(from_plain(Expression, plain)) == plain


@pytest.mark.parametrize("plain", [1, {"expr": "a"}, {"expr": 1, "name": "x"}])
def test_other_json_is_refused(plain):
    with pytest.raises(ConfigError):
        from_plain(Expression, plain)


def test_preparing_says_that_it_cannot_be_evaluated():
    with pytest.raises(ConfigError, match="expression matcher is not supported yet"):
        asked("expression path('/a')")

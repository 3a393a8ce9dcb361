"""The syntax of the directives, against what the real program makes of it."""

import pytest

from tests.adapt.tables import KINDS, cases, outcome


@pytest.mark.parametrize("case", cases(KINDS["directives"]), ids=str)
def test_answer(case):
    assert outcome(case) == case.wanted

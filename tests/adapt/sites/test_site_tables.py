"""Directives that reach beyond the server, against what the real program says."""

import pytest

from tests.adapt.tables import KINDS, cases, outcome


@pytest.mark.parametrize("case", cases(KINDS["sites"]), ids=str)
def test_answer(case):
    assert outcome(case) == case.wanted

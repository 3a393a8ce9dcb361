"""The README says truly what proves each layer-4 module."""

from tests.e2e.table import README, modules, proofs, written


def test_every_matcher_and_handler_is_proven():
    assert len(modules()) == 22 + 11
    assert not set(modules()) - set(proofs())
    assert not set(proofs()) - set(modules())


def test_the_table_in_the_readme_is_not_stale():
    text = README.read_text()
    assert written(text) == text, "run python -m tests.e2e.table"

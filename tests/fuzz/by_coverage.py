"""Lets atheris look for inputs: ``python by_coverage.py TARGET [-option…] [CORPUS]``.

A target is one of `targets.py` (texts), or ``wire:`` and one of `wire_targets.py` (bytes).
"""

import sys

import atheris

NAME = sys.argv.pop(1)
with atheris.instrument_imports(include=["caddylite"]):
    from tests.fuzz import wire_targets
    from tests.fuzz.targets import TARGETS


def text(data: bytes) -> None:
    """Try one input as a text."""
    TARGETS[NAME](data.decode("utf-8", "surrogateescape"))


wire, _, name = NAME.rpartition(":")
atheris.Setup(sys.argv, wire_targets.target(name) if wire else text)
atheris.Fuzz()

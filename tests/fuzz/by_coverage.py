"""Lets atheris look for inputs: ``python by_coverage.py TARGET [-option…] [CORPUS]``."""

import sys

import atheris

NAME = sys.argv.pop(1)
with atheris.instrument_imports(include=["caddylite"]):
    from tests.fuzz.targets import TARGETS


def one(data: bytes) -> None:
    """Try one input."""
    TARGETS[NAME](data.decode("utf-8", "surrogateescape"))


atheris.Setup(sys.argv, one)
atheris.Fuzz()

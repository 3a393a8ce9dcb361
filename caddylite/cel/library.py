"""The functions that every expression can use."""

from functools import cache

from caddylite.cel.conversions import CONVERSIONS
from caddylite.cel.declarations import Library, Signatures
from caddylite.cel.formatting import FORMAT
from caddylite.cel.lists import LISTS
from caddylite.cel.maths import MATHS
from caddylite.cel.operators import OPERATORS
from caddylite.cel.texts import TEXTS
from caddylite.cel.times import TIMES


@cache
def standard() -> Library:
    """Gather CEL's standard functions and the libraries for strings, lists and math."""
    found: dict[str, Signatures] = {}
    for library in (OPERATORS, CONVERSIONS, TIMES, TEXTS, LISTS, MATHS, FORMAT):
        for name, signatures in library.items():
            before = found.get(name, Signatures(()))
            found[name] = Signatures(before.overloads + signatures.overloads, signatures.by_value)
    return found

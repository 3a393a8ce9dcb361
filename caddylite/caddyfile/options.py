"""Readers for the usual lines of a block, so that a block's syntax can be written as a table.

A reader takes the cursor on an option's name, reads the rest of its line, and notes what it read
in a dictionary of fields; a table maps names to readers, and ``read_block`` walks a block by it::

    SYNTAX = {
        "uri": text("uri"),
        "interval": duration("interval", "bad interval value {}: {}"),
    }
    fields = read_block(d, SYNTAX, "unrecognized subdirective {}")

Complaints about values are templates: the word that was read, then why it cannot be used.
Unless a reader says otherwise, it does not mind what follows its argument on the line: Caddy
reads that as the next option.
"""

from collections.abc import Callable, Mapping
from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import atoi, parse_size, signed64
from caddylite.values import Duration

Fields = dict[str, Any]
Reader = Callable[[Dispenser, Fields], None]
Table = Mapping[str, Reader]


def read_block(d: Dispenser, table: Table, unknown: str, fields: Fields | None = None) -> Fields:
    """Read the block that opens here; ``unknown`` is the complaint about other names."""
    out: Fields = {} if fields is None else fields
    for name in d.block():
        reader = table.get(name)
        if reader is None:
            raise d.err(unknown.format(name))
        reader(d, out)
    return out


def value(field: str, convert: Callable[[str], Any], complaint: str = "{1}") -> Reader:
    """Read one argument and convert it; ValueError becomes the complaint."""

    def read(d: Dispenser, out: Fields) -> None:
        word = d.arg()
        try:
            out[field] = convert(word)
        except ValueError as e:
            raise d.err(complaint.format(word, e)) from None

    return read


def text(field: str) -> Reader:
    """Read one argument as it is."""
    return value(field, str)


def only_text(field: str) -> Reader:
    """Read one argument as it is; another one is complained of."""

    def read(d: Dispenser, out: Fields) -> None:
        out[field] = d.only_arg()

    return read


def exact_text(field: str) -> Reader:
    """Read one argument; a missing one and one too many are complained of at the last in place."""

    def read(d: Dispenser, out: Fields) -> None:
        (out[field],) = d.exactly()

    return read


def integer(field: str, complaint: str) -> Reader:
    """Read a whole number."""
    return value(field, atoi, complaint)


def duration(field: str, complaint: str) -> Reader:
    """Read a time span."""
    return value(field, Duration.parse, complaint)


def size(field: str, complaint: str) -> Reader:
    """Read a byte count (as a signed number, whatever its size: Go's ``int``)."""
    return value(field, lambda word: signed64(parse_size(word)), complaint)


def words(field: str, complaint: str = "") -> Reader:
    """Read the rest of the line, at least one word, in the place of what was there."""

    def read(d: Dispenser, out: Fields) -> None:
        found = tuple(d.args())
        if not found:
            raise d.err(complaint) if complaint else d.arg_err()
        out[field] = found

    return read


def more_words(field: str) -> Reader:
    """Read the rest of the line and add it to what was there."""

    def read(d: Dispenser, out: Fields) -> None:
        out[field] = out.get(field, ()) + tuple(d.args())

    return read


def flag(field: str, on: bool = True) -> Reader:
    """Note that an option is there; it takes no argument."""

    def read(d: Dispenser, out: Fields) -> None:
        d.no_more_args()
        out[field] = on

    return read


def within(field: str, reader: Reader) -> Reader:
    """Let a reader note what it reads in the fields of a struct inside this one."""

    def read(d: Dispenser, out: Fields) -> None:
        reader(d, out.setdefault(field, {}))

    return read


def table_within(field: str, table: Table) -> dict[str, Reader]:
    """Do the same with a whole table."""
    return {name: within(field, reader) for name, reader in table.items()}

"""What the sources of authorities have in common when they are read."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, Table, more_words, read_block

UNKNOWN = "unrecognized directive: {}"


def read_list(d: Dispenser, field: str, line: str, more: Table | None = None) -> Fields:
    """Read names on the line and more of them in the block, on lines that begin with ``line``."""
    d.next()
    fields: Fields = {field: tuple(d.args())}
    return read_block(d, {line: more_words(field), **(more or {})}, UNKNOWN, fields)


def no_arguments(d: Dispenser) -> None:
    """Complain, at the module's name, if there is anything behind it on the line."""
    d.next()
    if d.count_args():
        raise d.arg_err()

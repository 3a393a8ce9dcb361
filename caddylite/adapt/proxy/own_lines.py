"""Takes the lines that a shortcut of ``reverse_proxy`` knows itself out of its words."""

from collections.abc import Iterator

from caddylite.adapt.helper import Helper
from caddylite.caddyfile.dispenser import Dispenser


def inner_words(h: Helper) -> Dispenser:
    """Return the words of the directive; the matcher has been taken out, the cursor is reset.

    In front of them stands an empty word, which moves complaints that are made before the first
    word is read to line 0, as in Caddy.
    """
    return h.sub()


def lines(d: Dispenser) -> Iterator[str]:
    """Yield the first words of the block's lines; only those of its own level.

    The lines that are taken out (:func:`drop`) are not seen by who reads the words again.
    """
    while d.next():
        for name in d.block():
            if d.nesting == 1:
                yield name


def drop(d: Dispenser, count: int) -> None:
    """Take so many words out: the current one and those before it."""
    if 0 < count <= d.cursor + 1 <= len(d.tokens):
        d.tokens = [*d.tokens[: d.cursor + 1 - count], *d.tokens[d.cursor + 1 :]]
        d.cursor -= count


def take_words(d: Dispenser) -> list[str]:
    """Take the current line out; return the words behind its first."""
    words = d.args()
    drop(d, len(words) + 1)
    return words


def take_word(d: Dispenser) -> str:
    """Take the current word and the next, which must be there, out; return the next."""
    word = d.arg()
    drop(d, 2)
    return word

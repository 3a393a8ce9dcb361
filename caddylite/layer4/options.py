"""Readers for lines that several layer 4 modules have."""

from collections.abc import Callable, Container, Iterator
from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import parse_uint
from caddylite.values import Duration


def options(d: Dispenser, module: str, refusal: str = "blocks are not supported") -> Iterator[str]:
    """Yield the name of each option of the block that opens here.

    The body of the loop takes the option's arguments; a block behind them is refused.
    """
    before = d.nesting
    for option in d.block():
        yield option
        no_nested_block(d, before + 1, f"malformed {module} option '{option}'", refusal)


def only_options(
    d: Dispenser, module: str, refusal: str = "blocks are not supported"
) -> Iterator[str]:
    """Yield the options of a module that takes no arguments; the cursor is before its name."""
    d.next()
    if d.count_args():
        raise d.arg_err()
    yield from options(d, module, refusal)


def no_nested_block(
    d: Dispenser, nesting: int, complaint: str, refusal: str = "blocks are not supported"
) -> None:
    """Complain if a block opens behind the option just read.

    ``nesting`` is that of the block whose option it is.
    """
    if d.next_block(nesting):
        raise d.err(f"{complaint}: {refusal}")


def take_numbers(d: Dispenser, bits: int) -> list[int]:
    """Take the numbers left on this line, at least one; each must fit so many bits."""
    if not d.count_args():
        raise d.arg_err()
    out = []
    while d.next_arg():
        try:
            out.append(parse_uint(d.val, bits))
        except ValueError as e:
            raise d.err(str(e)) from None
    return out


def take_duration(d: Dispenser, module: str, option: str) -> Duration:
    """Take the one argument left on this line, a time span."""
    if d.count_args() != 1:
        raise d.arg_err()
    word = d.arg()
    try:
        return Duration.parse(word)
    except ValueError as e:
        raise d.err(f"parsing {module} option '{option}' duration: {e}") from None


def take_number(d: Dispenser, module: str, option: str, read: Callable[[str], Any]) -> Any:
    """Take the one argument left on this line, a number; ``read`` raises ValueError."""
    if d.count_args() != 1:
        raise d.arg_err()
    word = d.arg()
    try:
        return read(word)
    except ValueError as e:
        raise d.err(f"parsing {module} option '{option}': {e}") from None


def take_word(d: Dispenser) -> str:
    """Take the one argument left on this line."""
    if d.count_args() != 1:
        raise d.arg_err()
    return d.arg()


def refuse_twice(d: Dispenser, module: str, option: str, given: Container[str]) -> None:
    """Complain about an option that has been given before."""
    if option in given:
        raise d.err(f"duplicate {module} option '{option}'")

"""Readers that several options share."""

from collections.abc import Callable
from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.gonumbers import atoi
from caddylite.kinds import DNSProvider
from caddylite.values import Duration


def on(d: Dispenser, existing: Any) -> bool:
    """Note that the option is there; what else stands on its line does not matter."""
    return True


def one_word(d: Dispenser, existing: Any = None) -> str:
    """Read the one word after the option's name."""
    d.next()
    if not d.next():
        raise d.arg_err()
    word = d.val
    if d.next():
        raise d.arg_err()
    return word


def only_off(d: Dispenser, existing: Any) -> str:
    """Read the word ``off``, the only one there is."""
    word = one_word(d)
    if word != "off":
        raise d.err(f"{d.tokens[0].text} must be 'off'")
    return word


def port(d: Dispenser, existing: Any) -> int:
    """Read a port's number."""
    d.next()
    (word,) = d.exactly()
    number: int = read_number(d, word, atoi, "converting port '{0}' to integer value: {1}")
    return number


def duration(d: Dispenser, existing: Any) -> Duration:
    """Read a time span; what stands behind it does not matter."""
    d.next()
    if not d.next():
        raise d.arg_err()
    try:
        return Duration.parse(d.val)
    except ValueError as e:
        raise d.err(str(e)).as_is() from None


def dns_provider(d: Dispenser, existing: Any) -> DNSProvider | None:
    """Read a DNS provider; ``acme_dns`` may go without, and means the ``dns`` option's."""
    d.next()
    name = d.val
    if not d.next():
        if name == "acme_dns":
            return None
        raise d.arg_err()
    return load_module(d, DNSProvider)


def read_number(d: Dispenser, word: str, read: Callable[[str], Any], complaint: str) -> Any:
    """Convert a word; the complaint is formatted with the word and the reason."""
    try:
        return read(word)
    except ValueError as e:
        raise d.err(complaint.format(word, e)) from None

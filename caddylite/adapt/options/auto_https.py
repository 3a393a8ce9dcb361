"""The ``auto_https`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser

_WORDS = ("off", "disable_redirects", "disable_certs", "ignore_loaded_certs")


def parse(d: Dispenser, existing: Any) -> list[str]:
    """Turn automatic HTTPS off, or parts of it.

    Syntax::

        auto_https off|disable_redirects|disable_certs|ignore_loaded_certs...
    """
    d.next()
    words = d.some_args()
    if not all(word in _WORDS for word in words):
        raise d.err(
            "auto_https must be one of 'off', 'disable_redirects', 'disable_certs', "
            "or 'ignore_loaded_certs'"
        )
    return words

"""Handlers read from Caddyfile words, as JSON, and what is wrong with them."""

import pytest

from caddylite.codec import from_plain, to_plain
from caddylite.errors import ConfigError
from caddylite.layer4.handling import Handler
from caddylite.layer4.syntax import parse_handlers
from tests.layer4.clients import words


def handlers(text):
    """Return the IR of handlers written in a route's block."""
    d = words("route {\n" + text + "\n}")
    d.next()
    return parse_handlers(d)


def handler(text):
    """Return the JSON form of one handler; it must read back as the same IR."""
    (ir,) = handlers(text)
    shape = to_plain(ir)
    assert from_plain(Handler, shape) == ir
    return shape


def complaint(text):
    """Return what is wrong with a handler."""
    with pytest.raises(ConfigError) as caught:
        handlers(text)
    return str(caught.value)


def bad_json(shape):
    """Return what is wrong with a handler's JSON."""
    with pytest.raises(ConfigError) as caught:
        from_plain(Handler, shape)
    return str(caught.value)

import pytest

from caddylite.adapt.directives import built_in
from caddylite.adapt.syntax_words import owners, usage, words_of, words_of_module


@pytest.mark.parametrize(
    ("directive", "word"),
    [
        ("reverse_proxy", "lb_policy"),
        ("tls", "client_auth"),
        ("tls", "trust_pool"),
        ("servers", "listener_wrappers"),
        ("file_server", "browse"),
        ("log", "output"),
    ],
)
def test_words_of_a_block(directive, word):
    assert word in words_of(directive)


def test_nothing_is_known_of_what_is_not_there():
    assert words_of("nothing") == ()
    assert words_of("../x") == ()
    assert usage("nothing") is None
    assert words_of_module("layer4.handlers.nothing") == ()


def test_words_of_a_module():
    assert "upstream" in words_of_module("layer4.handlers.proxy")


def test_owners():
    assert owners("lb_policy") == ["reverse_proxy"]


@pytest.mark.parametrize("directive", sorted(built_in() - {"basicauth", "skip_log"}))
def test_every_directive_has_a_usage(directive):
    assert usage(directive).startswith(directive)

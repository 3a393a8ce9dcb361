import pytest

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.lexer import tokenize
from caddylite.caddyfile.modules import find_module, go_type, load_module
from caddylite.errors import ConfigError
from caddylite.kinds import DNSProvider, ListenerWrapper


def over(text: str) -> Dispenser:
    d = Dispenser(tokenize(text))
    d.next()
    return d


def test_finds_a_module_by_kind_and_name():
    cls = find_module(over("tls"), ListenerWrapper, "tls")
    assert cls.id == "caddy.listeners.tls"


def test_a_module_reads_its_own_words():
    d = over("proxy_protocol {\n\ttimeout 1s\n}\nnext")
    module = load_module(d, ListenerWrapper)
    assert type(module).id == "caddy.listeners.proxy_protocol"


def test_no_such_module():
    with pytest.raises(ConfigError) as caught:
        load_module(over("tsl"), ListenerWrapper)
    assert str(caught.value) == (
        "getting module named 'caddy.listeners.tsl': "
        "module not registered: caddy.listeners.tsl, at Caddyfile:1"
    )
    assert "tls" in caught.value.hint


def test_a_class_without_a_go_type_is_called_by_its_name():
    class Thing(ListenerWrapper, frozen=True):
        pass

    assert go_type(Thing) == "*Thing"


def test_a_name_like_no_other_may_be_a_plugins():
    with pytest.raises(ConfigError) as caught:
        load_module(over("cloudflare"), DNSProvider)
    assert "module not registered: dns.providers.cloudflare" in caught.value.message
    assert "dns.providers.cloudflare" in (caught.value.hint or "")

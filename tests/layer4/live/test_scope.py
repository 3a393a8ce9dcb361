import pytest

from caddylite.codec import from_plain
from caddylite.layer4.config import Route
from caddylite.layer4.live.scope import Scope
from caddylite.placeholders import Template


def open_names(dial, *matchers, before=(), routes=()):
    """What a client chooses in an address, on a route with these sets and handlers before."""
    plain = {"match": list(matchers), "handle": list(before)}
    route = from_plain(Route, plain)
    others = [from_plain(Route, r) for r in routes]
    scope = Scope.of_server([*others, route]).into([*others, route], route)
    return scope.behind(route.handle).open_names(Template(dial))


def sni(*names):
    return {"tls": {"sni": list(names)}}


SNI = "{l4.tls.server_name}:443"


@pytest.mark.parametrize(
    "matchers",
    [
        [sni("a.example")],
        [sni("*.example.com")],
        [sni("{env.DOMAIN}")],
        [sni("a"), sni("b")],
        [{"vars": {"{l4.tls.server_name}": ["a", "b"]}}],
    ],
)
def test_names_from_the_config_limit_what_the_client_says(matchers):
    assert open_names(SNI, *matchers) == []


@pytest.mark.parametrize(
    "matchers",
    [
        [],
        [{"tls": {}}],
        [sni("*")],
        [sni("*.*")],
        [sni("a", "*")],
        [sni("a"), {"tls": {}}],  # one of the sets is enough to come here
        [{"not": [sni("a")]}],
        [{"tls": {"sni_regexp": {"pattern": "a"}}}],
        [{"tls": {"alpn": ["h2"]}}],
        [{"vars": {"{l4.tls.server_name}": ["a"], "x": ["b"]}}],
        [{"remote_ip": {"ranges": ["10.0.0.0/8"]}}],
    ],
)
def test_without_them_the_client_chooses(matchers):
    assert open_names(SNI, *matchers) == ["l4.tls.server_name"]


def test_hosts():
    dial = "{l4.http.host}:80"
    assert open_names(dial, {"http": [{"host": ["a"]}]}) == []
    assert open_names(dial, {"http": [{"host": ["a"]}, {"path": ["/"]}]}) == ["l4.http.host"]
    assert open_names(dial, sni("a")) == ["l4.http.host"]


def test_other_matchers_that_limit():
    assert open_names("{l4.quic.tls.server_name}:1", {"quic": {"sni": ["a"]}}) == []
    token = {"rdp": {"cookie_ips": ["10.0.0.0/8"], "cookie_ports": [3389]}}
    assert open_names("{l4.rdp.cookie_ip}:{l4.rdp.cookie_port}", token) == []
    assert open_names("{l4.rdp.cookie_ip}:1", {"rdp": {}}) == ["l4.rdp.cookie_ip"]


@pytest.mark.parametrize(
    ("pattern", "closed"),
    [
        (r"^(a|b)\.example\.com$", True),
        (r"^(.*)\.example\.com$", False),
        (r"(a|b)", False),
        (r"^([a-z]+)$", False),
        (r"^(a|.+)$", False),
    ],
)
def test_captures(pattern, closed):
    matcher = {"tls": {"sni_regexp": {"name": "x", "pattern": pattern}}}
    for name in ("tls.regexp.1", "tls.regexp.x.1"):
        assert open_names("{" + name + "}:1", matcher) == ([] if closed else [name])


def test_a_variable_is_what_it_was_made_of():
    setting = {"handler": "vars", "up": "{l4.tls.server_name}:443", "port": "80"}
    assert open_names("{l4.vars.up}", before=[setting]) == ["l4.tls.server_name"]
    assert open_names("{l4.vars.up}", sni("a"), before=[setting]) == []
    assert open_names("10.0.0.1:{l4.vars.port}", before=[setting]) == []
    twice = [setting, {"handler": "vars", "again": "x.{l4.vars.up}"}]
    assert open_names("{l4.vars.again}", before=twice) == ["l4.tls.server_name"]
    named = {"handler": "vars", "{l4.tls.server_name}": "a"}
    assert open_names("{l4.vars.any}", before=[named]) == ["l4.tls.server_name"]


def test_a_variable_set_by_another_route():
    other = {"handle": [{"handler": "vars", "up": "{l4.http.host}"}]}
    assert open_names("{l4.vars.up}:1", sni("a"), routes=[other]) == ["l4.http.host"]
    assert open_names("{l4.vars.up}:1", {"vars": {"up": ["a"]}}) == []


def test_a_check_of_a_variable_does_not_outlive_setting_it():
    again = {"handler": "vars", "up": "{l4.http.host}"}
    limits = {"vars": {"up": ["a"]}}
    assert open_names("{l4.vars.up}:1", limits, before=[again]) == ["l4.http.host"]


def test_what_is_ours_is_not_the_clients():
    assert open_names("{l4.conn.local_addr}") == []
    assert open_names("{env.UP}:1") == []


def test_a_hello_inside_tls_is_another_one():
    outer = Scope(frozenset({"l4.tls.server_name"}), encrypted=True)
    route = from_plain(Route, {"match": [{"tls": {}}]})
    assert outer.into([route], route).open_names(Template(SNI)) == ["l4.tls.server_name"]
    same = Scope(frozenset({"l4.tls.server_name"}))
    assert same.into([route], route).open_names(Template(SNI)) == []

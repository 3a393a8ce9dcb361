"""``validate``: what Caddy would complain of first, although we read the whole config first."""

import json

import pytest

from caddylite.adapt.compile import from_caddyfile, from_json
from caddylite.cli._configs import Source
from caddylite.errors import ConfigError
from caddylite.runtime.check import check, check_before

PROXY = {"handler": "proxy", "upstreams": [{"dial": ["127.0.0.1:1"]}]}
EMPTY = {"handler": "proxy"}
NOTHING = {"handler": "nope"}
NO_RANGE = {"remote_ip": {"ranges": ["x"]}}


def complaint(config) -> str:
    """Validate JSON as the command does."""
    text = json.dumps(config)
    with pytest.raises(ConfigError) as e:
        validate(text)
    return str(e.value)


def validate(text) -> None:
    try:
        config = from_json(text)
    except ConfigError:
        check_before(Source("config.json", text, ""))
        raise
    check(config)


def layer4(*routes, listen=()) -> str:
    start = "loading layer4 app module: provision layer4: server 'a': "
    said = complaint(
        {"apps": {"layer4": {"servers": {"a": {"listen": listen, "routes": routes}}}}}
    )
    assert said.startswith(start)
    return said.removeprefix(start)


def test_what_is_wrong_with_an_earlier_route_comes_before_what_cannot_be_read():
    assert layer4({"handle": [EMPTY]}, {"handle": [NOTHING]}).startswith(
        "route 0: position 0: loading module 'proxy': provision layer4.handlers.proxy: no up"
    )
    assert layer4({"handle": [PROXY, EMPTY, NOTHING]}).startswith("route 0: position 1: ")
    assert layer4({"match": [NO_RANGE], "handle": [NOTHING]}).startswith(
        "route 0: loading matcher modules: module name 'remote_ip': provision "
    )
    assert layer4({"match": [{"nope": 1}], "handle": [EMPTY]}).startswith(
        "route 0: loading matcher modules: module name 'nope': "
    )
    inner = {"handler": "subroute", "routes": [{"handle": [EMPTY]}, {"handle": [NOTHING]}]}
    assert "setting up subroutes: route 0: position 0: " in layer4({"handle": [inner]})
    assert layer4({"handle": [NOTHING]}, {"handle": [EMPTY]}).startswith("route 0: position 0: ")


def test_of_two_routes_that_cannot_be_made_the_first_is_named():
    assert layer4({"handle": [EMPTY]}, {"match": [NO_RANGE]}).startswith("route 0: position 0: ")
    assert layer4({"match": [NO_RANGE]}, {"handle": [EMPTY]}).startswith("route 0: loading ")
    assert layer4({"handle": [EMPTY, EMPTY]}).startswith("route 0: position 0: ")
    routes = [{"handle": [PROXY]}] * 5 + [{"handle": [EMPTY]}] * 3
    assert layer4(*routes).startswith("route 5: position 0: ")


def test_a_server_is_named_with_its_addresses():
    assert layer4(listen=["x:y"]).startswith("parsing listener address 'x:y' in position 0: ")


def http(**server) -> str:
    start = "loading http app module: "
    said = complaint({"apps": {"http": {"servers": {"a": server}}}})
    assert said.startswith(start)
    return said.removeprefix(start)


def test_http_makes_the_matchers_of_all_routes_first():
    bad = {"remote_ip": {"ranges": ["x"]}}
    reply = {"handler": "static_response"}
    assert http(routes=[{"handle": [NOTHING]}, {"match": [bad]}]).startswith(
        "provision http: server a: setting up route matchers: route 1: "
    )
    wrapper = {"wrapper": "layer4", "routes": [{"handle": [EMPTY]}, {"handle": [NOTHING]}]}
    assert "route 0: position 0: loading module 'proxy'" in http(
        listen=[":1"], listener_wrappers=[wrapper], routes=[{"handle": [reply]}]
    )


REPEATED = "http: invalid configuration: server a: listener address repeated: "


@pytest.mark.parametrize(
    ("listen", "said"),
    [
        ([":80", ":80"], f"{REPEATED}tcp/:80 (already claimed by server 'a')"),
        ([":80-82", ":81"], f"{REPEATED}tcp/:81 (already claimed by server 'a')"),
        (["unix//x", "unix//x"], f"{REPEATED}unix//x (already claimed by server 'a')"),
        (["[::1]:80", "[::1]:80"], f"{REPEATED}tcp/[::1]:80 (already claimed by server 'a')"),
        (["x:y"], "http: invalid configuration: invalid listener address 'x:y': invalid start "
         'port: strconv.ParseUint: parsing "y": invalid syntax'),
        (["{env.NOPE}:80"], "provision http: server a, listener 0: evaluated placeholder "
         "{env.NOPE} is empty"),
    ],
)  # fmt: skip
def test_addresses_of_http_servers(listen, said):
    assert http(listen=listen) == said


def test_other_settings_of_http_servers():
    assert http(listen=[":80"], listen_protocols=[["h1"], ["h1"]]) == (
        "provision http: server a: listener protocols count does not match address count: 2 != 1"
    )
    assert http(listen=[":80"], logs={"logger_names": {"a:80": ["x"]}}) == (
        "http: invalid configuration: server a: logger name must not have a port: a:80"
    )


def test_addresses_named_twice_in_layer_4_are_let_through():
    servers = {"a": {"listen": [":80", ":80"]}, "b": {"listen": [":80"]}}
    validate(json.dumps({"apps": {"layer4": {"servers": servers}}}))


def test_a_policy_of_tls():
    def policy(**settings) -> str:
        return layer4({"handle": [{"handler": "tls", "connection_policies": [settings]}]})

    start = ("route 0: position 0: loading module 'tls': provision layer4.handlers.tls: "
             "setting up Handler connection policies: ")  # fmt: skip
    build = f"{start}connection policy 0: building standard TLS config: "
    assert policy(match={"remote_ip": {"ranges": ["x"]}}) == (
        f"{start}loading handshake matchers: module name 'remote_ip': provision "
        "tls.handshake_match.remote_ip: invalid IP address: 'x': "
        'ParseAddr("x"): unable to parse IP'
    )
    pool = {"provider": "inline", "trusted_ca_certs": ["x"]}
    assert policy(client_authentication={"ca": pool}) == (
        f"{build}provisioning client CA: loading module 'inline': provision "
        "tls.ca_pool.source.inline: parsing certificate at index 0: "
        "illegal base64 data at input byte 0"
    )
    assert policy(client_authentication={"trusted_leaf_certs": ["x"]}) == (
        f"{build}configuring TLS client authentication: parsing certificate: "
        "illegal base64 data at input byte 0"
    )
    assert policy(client_authentication={"mode": "x"}) == (
        f"{build}configuring TLS client authentication: client auth mode not recognized: x"
    )


def test_a_choice_of_one_is_none():
    balancing = {"selection": {"policy": "random_choose", "choose": 1}}
    assert layer4({"handle": [PROXY | {"load_balancing": balancing}]}).endswith(
        "loading load balancing selection policy: loading module 'random_choose': "
        "layer4.proxy.selection_policies.random_choose: invalid configuration: "
        "choose must be at least 2"
    )


def test_more_bytes_a_second_than_go_can_count():
    assert layer4({"handle": [{"handler": "throttle", "read_bytes_per_second": 1e20}]}).endswith(
        "burst size must be greater than 0: -9223372036854775807"
    )


@pytest.mark.parametrize("name", ["host", "path", "method"])
def test_a_matcher_that_a_caddyfile_gives_no_words_is_null(name):
    config, _ = from_caddyfile(
        "{\nlayer4 {\n:99 {\n@a http %s\nroute @a {\necho\n}\n}\n}\n}\n" % name  # noqa: UP031
    )
    with pytest.raises(ConfigError) as e:
        check(config)
    assert str(e.value).endswith(
        "module name 'http': provision layer4.matchers.http: loading matcher modules: "
        f"module name '{name}': module value cannot be null"
    )

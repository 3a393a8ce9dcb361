"""Of several mistakes in JSON the one that Caddy comes to first is complained of, in its words."""

import json

import pytest

from caddylite.adapt.compile import from_json
from caddylite.errors import ConfigError

_APP = "loading layer4 app module: "
_SERVER = f"{_APP}provision layer4: server 'a': "


def complaint(config) -> str:
    with pytest.raises(ConfigError) as e:
        from_json(json.dumps(config))
    return str(e.value)


def layer4(*routes, **server) -> str:
    return complaint({"apps": {"layer4": {"servers": {"a": {"routes": routes, **server}}}}})


def handler(name, **fields) -> str:
    start = f"{_SERVER}route 0: position 0: loading module '{name}': "
    said = layer4({"handle": [{"handler": name, **fields}]})
    assert said.startswith(start)
    return said.removeprefix(start)


def matcher(name, value) -> str:
    start = f"{_SERVER}route 0: loading matcher modules: module name '{name}': "
    said = layer4({"match": [{name: value}]})
    assert said.startswith(start)
    return said.removeprefix(start)


def test_a_modules_own_fields_come_before_the_modules_inside():
    inside = {"handle": [{"handler": "nope"}]}
    assert (
        layer4(inside, nope=1)
        == f'{_APP}decoding module config: layer4: json: unknown field "nope"'
    )
    assert layer4(inside, {"terminal": True}) == (
        f'{_APP}decoding module config: layer4: json: unknown field "terminal"'
    )
    assert layer4(inside, {"handle": 1}) == (
        f"{_APP}decoding module config: layer4: json: cannot unmarshal number into Go struct "
        "field Route.servers.routes.handle of type []json.RawMessage"
    )


def test_a_routes_matchers_come_before_its_handlers_and_those_before_the_next_route():
    bad = {"handle": [{"handler": "x"}], "match": [{"y": 1}]}
    assert layer4(bad).endswith("route 0: loading matcher modules: module name 'y': "
                                "unknown module: layer4.matchers.y")  # fmt: skip
    assert layer4({"handle": [{"handler": "x"}]}, bad).endswith(
        "route 0: position 0: loading module 'x': unknown module: layer4.handlers.x"
    )


def http(**server) -> str:
    start = "loading http app module: provision http: "
    said = complaint({"apps": {"http": {"servers": {"a": server}}}})
    assert said.startswith(start)
    return said.removeprefix(start)


def test_http_loads_all_matchers_then_wrappers_then_handlers():
    routes = [{"handle": [{"handler": "x"}]}, {"match": [{"y": 1}]}]
    wrappers = [{"wrapper": "z"}]
    assert http(listener_wrappers=wrappers, routes=routes).startswith(
        "server a: setting up route matchers: route 1: "
    )
    assert http(routes=routes[:1], listener_wrappers=wrappers).startswith(
        "loading listener wrapper modules: position 0: loading module 'z': "
    )
    policies = [{"match": {"nope": 1}}]
    assert http(tls_connection_policies=policies, routes=routes[:1]).startswith(
        "server a: setting up route handlers: route 0: "
    )
    assert http(tls_connection_policies=policies) == (
        "server a: setting up TLS connection policies: loading handshake matchers: "
        "module name 'nope': unknown module: tls.handshake_match.nope"
    )


def test_the_apps_that_others_need_are_loaded_first():
    bad = {"nope": 1}
    assert complaint({"apps": {"layer4": bad, "tls": bad}}).startswith("loading tls app module: ")


def test_a_module_that_says_its_name_is_read_with_its_keys_sorted():
    assert handler("proxy", match=[], handle=[]) == (
        'decoding module config: layer4.handlers.proxy: json: unknown field "handle"'
    )


def test_a_module_without_a_name_is_written_as_go_writes_it():
    start = f"{_SERVER}route 0: position 0: module name not specified with key 'handler' in map["
    said = layer4({"handle": [{"latency": 2_000_000_000, "a": None, "b": [1.5, True, 200000]}]})
    assert said == start + "a:<nil> b:[1.5 true 200000] latency:2e+09]"


_CANNOT = "decoding module config: {}: json: cannot unmarshal {} into Go {}"


@pytest.mark.parametrize(
    ("name", "fields", "got", "place"),
    [
        ("throttle", {"read_burst_size": 1.5}, "number 1.5",
         "struct field Handler.read_burst_size of type int"),
        ("throttle", {"latency": True}, "bool",
         "struct field Handler.latency of type time.Duration"),
        ("throttle", {"latency": 10**20}, "number 100000000000000000000",
         "struct field Handler.latency of type time.Duration"),
        ("proxy", {"upstreams": {}}, "object",
         "struct field Handler.upstreams of type l4proxy.UpstreamPool"),
        ("proxy", {"health_checks": {"active": 1}}, "number",
         "struct field HealthChecks.health_checks.active of type l4proxy.ActiveHealthChecks"),
        ("proxy", {"upstreams": [{"dial": [1]}]}, "number",
         "struct field Upstream.upstreams.dial of type string"),
        ("socks5", {"credentials": {"a": 1}}, "number",
         "struct field Socks5Handler.credentials of type string"),
        ("tls", {"connection_policies": {}}, "object",
         "struct field Handler.connection_policies of type caddytls.ConnectionPolicies"),
        ("tls", {"connection_policies": [{"certificate_selection": {"serial_number": {}}}]},
         "object", "struct field CustomCertSelectionPolicy.connection_policies."
         "certificate_selection.serial_number of type []caddytls.bigInt"),
        ("proxy_protocol", {"fallback_policy": 1}, "number",
         "struct field Handler.fallback_policy of type l4proxyprotocol.Policy"),
        ("subroute", {"routes": {}}, "object",
         "struct field Handler.routes of type layer4.RouteList"),
    ],
)  # fmt: skip
def test_types_of_handlers_have_gos_names(name, fields, got, place):
    assert handler(name, **fields) == _CANNOT.format(f"layer4.handlers.{name}", got, place)


@pytest.mark.parametrize(
    ("name", "value", "got", "place"),
    [
        ("socks4", {"networks": {}}, "object",
         "struct field Socks4Matcher.networks of type []string"),
        ("socks4", {"ports": [70000]}, "number 70000",
         "struct field Socks4Matcher.ports of type uint16"),
        ("socks4", {"ports": 1}, "number", "struct field Socks4Matcher.ports of type []uint16"),
        ("wireguard", {"zero": -1}, "number -1",
         "struct field MatchWireGuard.zero of type uint32"),
        ("not", {}, "object", "value of type []caddy.ModuleMap"),
        ("http", True, "bool", "value of type caddyhttp.RawMatcherSets"),
        ("tls", [], "array", "value of type caddy.ModuleMap"),
        ("dns", {"allow": {}}, "object",
         "struct field MatchDNS.allow of type l4dns.MatchDNSRules"),
        ("ssh", 1, "number", "value of type l4ssh.MatchSSH"),
        ("vars_regexp", {"a": 1}, "number", "value of type layer4.MatchRegexp"),
    ],
)  # fmt: skip
def test_types_of_matchers_have_gos_names(name, value, got, place):
    assert matcher(name, value) == _CANNOT.format(f"layer4.matchers.{name}", got, place)


def test_fields_of_embedded_structs():
    said = complaint({"logging": {"logs": {"a": {"level": 1}}}})
    assert said == (
        "decoding config: json: cannot unmarshal number into Go struct field "
        "CustomLog.logging.logs.BaseLog.level of type string"
    )
    said = matcher("tls", {"sni_regexp": {"pattern": True}})
    assert said.endswith("struct field MatchServerNameRE.MatchRegexp.pattern of type string")


def test_matchers_of_requests_in_layer_4():
    assert matcher("http", [{"not": [{"nope": 1}]}]) == (
        "provision layer4.matchers.http: loading matcher modules: module name 'not': "
        "provision http.matchers.not: loading matcher sets: module name 'nope': "
        "unknown module: http.matchers.nope"
    )

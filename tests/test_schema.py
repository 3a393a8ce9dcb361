"""The JSON Schema: a valid one, that refuses what Caddy refuses for its form."""

import json
import subprocess
import sys

import pytest

jsonschema = pytest.importorskip("jsonschema")

from caddylite.caddy.config import Config  # noqa: E402 (jsonschema may be missing)
from caddylite.schema import modules_in, schema_of  # noqa: E402


@pytest.fixture(scope="module")
def schema():
    return schema_of(Config)


@pytest.fixture(scope="module")
def validator(schema):
    return jsonschema.Draft202012Validator(schema)


def _server(**fields):
    return {"apps": {"http": {"servers": {"a": fields}}}}


def _handler(**fields):
    return _server(routes=[{"handle": [fields]}])


def test_is_a_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    defs = schema["$defs"]
    for text in json.dumps(schema).split('"$ref": "#/$defs/')[1:]:
        assert text.partition('"')[0] in defs


@pytest.mark.parametrize(
    "config",
    [
        {},
        _handler(handler="static_response", status_code=404),
        _handler(handler="static_response", status_code="{x}"),
        _handler(handler="vars", anything={"deep": [1]}),
        {"apps": {"http": {"grace_period": "1m30s", "shutdown_delay": 5}}},
        {"apps": {"layer4": {"servers": {"a": {"listen": [":1"], "routes": [
            {"match": [{"tls": {"sni": ["a"]}}, {"ssh": {}}],
             "handle": [{"handler": "proxy", "upstreams": [{"dial": ["a:1"]}]}]}]}}}}},
        _server(routes=[{"match": [{"not": [{"path": ["/x"]}], "expression": "a == b"}]}]),
    ],
)  # fmt: skip
def test_takes(validator, config):
    assert not [e.message for e in validator.iter_errors(config)]


@pytest.mark.parametrize(
    "config",
    [
        [],
        {"app": {}},
        {"apps": {"htpp": {}}},
        {"apps": {"http": None}},
        {"apps": {"http": {"http_port": "80"}}},
        {"apps": {"http": {"grace_period": "5 parsecs"}}},
        {"apps": {"http": {"grace_period": True}}},
        {"apps": {"http": {"servers": []}}},
        _server(lisen=[":80"]),
        _server(listen=":80"),
        _server(listen=[80]),
        _server(routes=[{"terminal": "yes"}]),
        _server(routes=[{"match": {"path": ["/x"]}}]),
        _server(routes=[{"match": [{"path": "/x"}]}]),
        _server(routes=[{"match": [{"pth": ["/x"]}]}]),
        _server(routes=[{"match": [{"not": [{"pth": ["/x"]}]}]}]),
        _handler(),
        _handler(handler="revers_proxy"),
        _handler(handler="static_response", boddy="x"),
        _handler(handler="reverse_proxy", transport={"protocol": "carrier_pigeon"}),
        _handler(handler="reverse_proxy", health_checks={"active": {"port": "x"}}),
        {
            "apps": {
                "layer4": {"servers": {"a": {"routes": [{"handle": [{"handler": "rewrite"}]}]}}}
            }
        },
        {"logging": {"logs": {"default": {"writer": {"output": "paper"}}}}},
        {"admin": {"listen": 2019}},
    ],
    ids=json.dumps,
)
def test_refuses(validator, config):
    assert list(validator.iter_errors(config))


def test_tells_modules_by_their_key(schema):
    handlers = schema["$defs"]["one of http.handlers"]
    assert handlers["discriminator"] == {"propertyName": "handler"}
    assert "reverse_proxy" in handlers["properties"]["handler"]["enum"]
    respond = schema["$defs"]["http.handlers.static_response"]
    assert next(iter(respond["properties"].items())) == ("handler", {"const": "static_response"})
    assert respond["description"]
    assert "Syntax::" not in json.dumps(schema)


def test_every_module_that_is_listed_is_in_it(schema):
    for namespace in ("http.handlers", "http.matchers", "layer4.handlers", "layer4.matchers", ""):
        for cls in modules_in(namespace):
            assert cls.id in schema["$defs"]


def test_is_printed(schema):
    done = subprocess.run(
        [sys.executable, "-m", "caddylite.cli.main", "list-modules", "--schema"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == schema

"""Reading JSON configs: Go's rules about names and null, and Caddy's words; places beside them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from caddylite import gojson
from caddylite.adapt.compile import from_json
from caddylite.codec import to_plain
from caddylite.errors import ConfigError

_HTTP = "loading http app module: "
_ROUTE = _HTTP + "provision http: server a: setting up route handlers: route 0: "
_HANDLER = _ROUTE + "loading handler modules: position 0: "
_MATCHER = (
    _HTTP + "provision http: server a: setting up route matchers: route 0: "
    "loading matcher modules: "
)
_L4 = "loading layer4 app module: provision layer4: server 'a': route 0: "
_NOT_JSON = "; did you mean to use a config adapter (the --adapter flag)?"


def _server(inside: str) -> str:
    return '{"apps":{"http":{"servers":{"a":{%s}}}}}' % inside  # noqa: UP031 (full of braces)


def _handler(inside: str) -> str:
    return _server(f'"routes":[{{"handle":[{inside}]}}]')


#: What the real program says (2.11.7 with caddy-l4 at 42db569).
COMPLAINTS = {
    "": "decoding config: EOF",
    " ": f"config is not valid JSON: unexpected end of JSON input, at offset 1{_NOT_JSON}",
    '{"a":1': f"config is not valid JSON: unexpected end of JSON input, at offset 6{_NOT_JSON}",
    "[]": "decoding config: json: cannot unmarshal array into Go value of type caddy.Config",
    '{"admin":1}': "decoding config: json: cannot unmarshal number into Go struct field "
    "Config.admin of type caddy.AdminConfig",
    '{"admin":{"foo":1}}': 'decoding config: json: unknown field "foo"',
    '{"@id":true}': 'decoding config: json: unknown field "@id"',
    '{"storage":null}': "loading storage module: module name not specified with key 'module' "
    "in map[]",
    '{"storage":{"module":"x"}}': "loading storage module: loading module 'x': "
    "unknown module: caddy.storage.x",
    '{"logging":{"logs":{"default":{"writer":{"output":"foo"}}}}}': "setting up default log: "
    "loading log writer module: loading module 'foo': unknown module: caddy.logging.writers.foo",
    '{"apps":{"foo":{}}}': "loading foo app module: unknown module: foo",
    '{"apps":{"http":null}}': _HTTP + "module value cannot be null",
    '{"apps":{"http":{"lisen":1}}}': _HTTP
    + 'decoding module config: http: json: unknown field "lisen"',
    '{"apps":{"http":{"http_port":1.5}}}': _HTTP + "decoding module config: http: "
    "json: cannot unmarshal number 1.5 into Go struct field App.http_port of type int",
    '{"apps":{"http":{"http_port":99999999999999999999}}}': _HTTP
    + "decoding module config: http: json: cannot unmarshal number 99999999999999999999 "
    "into Go struct field App.http_port of type int",
    '{"apps":{"http":{"grace_period":true}}}': _HTTP + "decoding module config: http: "
    "json: cannot unmarshal bool into Go struct field App.grace_period of type time.Duration",
    '{"apps":{"http":{"grace_period":"x"}}}': _HTTP
    + 'decoding module config: http: time: invalid duration "x"',
    _server('"listen":[1]'): _HTTP + "decoding module config: http: json: cannot unmarshal "
    "number into Go struct field Server.servers.listen of type string",
    _server('"routes":[{"match":[{"host":null}]}]'): _MATCHER
    + "module name 'host': module value cannot be null",
    _server('"routes":[{"match":[{"not":[{"foo":1}]}]}]'): _MATCHER
    + "module name 'not': provision http.matchers.not: loading matcher sets: "
    "module name 'foo': unknown module: http.matchers.foo",
    _handler("null"): _HANDLER + "module name not specified with key 'handler' in map[]",
    _handler('"x"'): _HANDLER
    + "json: cannot unmarshal string into Go value of type map[string]interface {}",
    _handler('{"Handler":"static_response","body":"x"}'): _HANDLER
    + "module name not specified with key 'handler' in map[Handler:static_response body:x]",
    _handler('{"handler":"foo"}'): _HANDLER
    + "loading module 'foo': unknown module: http.handlers.foo",
    _handler('{"handler":"subroute","routes":[{"handle":[{"handler":"x"}]}]}'): _HANDLER
    + "loading module 'subroute': provision http.handlers.subroute: setting up subroutes: "
    "route 0: loading handler modules: position 0: loading module 'x': "
    "unknown module: http.handlers.x",
    '{"apps":{"layer4":{"servers":{"a":{"listen":[":1"],"routes":[{"handle":'
    '[{"handler":"proxi"}]}]}}}}}': _L4
    + "position 0: loading module 'proxi': unknown module: layer4.handlers.proxi",
}


@pytest.mark.parametrize("text", COMPLAINTS)
def test_complaints(text):
    with pytest.raises(ConfigError) as e:
        from_json(text)
    assert str(e.value) == COMPLAINTS[text]


_CADDY = shutil.which("caddy") or str(Path(sys.executable).parent / "caddy")


@pytest.mark.skipif(not Path(_CADDY).exists(), reason="no caddy program here")
@pytest.mark.parametrize("text", [t for t in COMPLAINTS if "layer4" not in t])
def test_complaints_are_those_of_the_real_program(text, tmp_path):
    file = tmp_path / "c.json"
    file.write_text(text)
    done = subprocess.run([_CADDY, "validate", "--config", file], capture_output=True, text=True)
    assert done.returncode == 1
    assert f'"msg":{gojson.dumps(COMPLAINTS[text])}' in done.stderr.replace("\\u0026", "&")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ('{"apps":{"http":{"HTTP_Port":80}}}', '{"apps":{"http":{"http_port":80}}}'),
        ('{"apps":{"http":{"http_port":null,"servers":null}}}', '{"apps":{"http":{}}}'),
        (_server('"routes":[null]'), _server('"routes":[{}]')),
        ('{"apps":null}', "{}"),
        ('{"apps":{"http":{"http_port":1,"http_port":2}}}', '{"apps":{"http":{"http_port":2}}}'),
        (
            '{"@id":"a","apps":{"http":{"http_port":2,"@id":7}}}',
            '{"apps":{"http":{"http_port":2}}}',
        ),
        ('{"apps":{"http":{"http_port":2,\n"@id" : -1.5 , "https_port":3}}}',
         '{"apps":{"http":{"http_port":2,"https_port":3}}}'),
    ],
)  # fmt: skip
def test_means_the_same(text, same):
    assert from_json(text) == from_json(same)
    assert gojson.dumps(to_plain(from_json(same))) in (same, "{}")


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        (
            '{"apps": {\n "http": {"servers": {"a": {"lisen": []}}}}}', 2, 29,
            "in apps.http.servers.a.lisen (line 2, column 29); did you mean 'listen'?",
        ),
        (
            '{"@id": "x",\n"apps": {"http": {"servers": {"a": {"@id": "y", "listen": 1}}}}}',
            2, 59,
            "in apps.http.servers.a.listen (line 2, column 59)",
        ),
        (
            _handler('\n{"handler": "revers_proxy"}'), 2, 13,
            "in apps.http.servers.a.routes.0.handle.0.handler (line 2, column 13); "
            "did you mean 'reverse_proxy'?",
        ),
    ],
)  # fmt: skip
def test_places(text, line, column, hint):
    with pytest.raises(ConfigError) as e:
        from_json(text)
    assert (e.value.at.line, e.value.at.column) == (line, column)
    assert e.value.hint == hint

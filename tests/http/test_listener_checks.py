"""Addresses of HTTP servers; the words are tested where ``validate`` is."""

import json

import pytest

from caddylite.adapt.compile import from_json
from caddylite.errors import ConfigError
from caddylite.http.listener_checks import check_listeners, check_servers


def http(**servers):
    config = from_json(json.dumps({"apps": {"http": {"servers": servers}}}))
    return config.apps["http"]


def test_an_address_has_one_server():
    app = http(a={"listen": [":80", "127.0.0.1:80"]}, b={"listen": [":79-81"]})
    with pytest.raises(ConfigError, match=r"server b: .* tcp/:80 .*by server 'a'"):
        check_listeners(app, {}.get)
    check_listeners(http(a={"listen": [":80", "127.0.0.1:80", "udp/:80"]}), {}.get)


def test_placeholders_of_addresses_are_expanded():
    app = http(a={"listen": ["{env.P}:80"]}, b={"listen": [":80"]})
    check_servers(app, {"env.P": "localhost"}.get)
    check_listeners(app, {"env.P": "localhost"}.get)
    with pytest.raises(ConfigError, match=r"evaluated placeholder {env.P} is empty"):
        check_servers(app, {"env.P": ""}.get)
    with pytest.raises(ConfigError, match="address repeated"):
        check_listeners(app, {"env.P": ""}.get)

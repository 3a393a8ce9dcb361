"""HTTP/3 is not served: a UDP address of the HTTP app is refused when it starts, as in Caddy."""

import pytest

from caddylite.caddy.config import Config
from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.runtime.service import Service


def test_the_http_app_takes_no_datagrams(net):
    handler = {"handler": "static_response", "body": "x"}
    server = {"listen": ["udp/127.0.0.1:0"], "routes": [{"handle": [handler]}]}
    config = from_plain(Config, {"apps": {"http": {"servers": {"s": server}}}})
    service = Service(config, net.house)
    service.build()  # as ``validate`` does, which finds nothing wrong with it
    with pytest.raises(ConfigError, match="network 'udp' cannot handle HTTP/1") as caught:
        service.start()
    assert caught.value.hint == "HTTP/3 is not served here"
    net.serve({"handle": [{"handler": "echo"}]})

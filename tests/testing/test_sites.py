"""Which HTTP route would answer, told without running anything."""

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.layer4.matching import Connection
from caddylite.testing.sites import describe

CONFIG = """
http://example.com {
	@api expression `path('/api/*') && {query.v} in ['1', '2']`
	respond @api "api" 201
	@odd expression {http.request.nothing}.size() > 1
	respond @odd "odd" 202
}
"""


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ("/api/x?v=2", "static_response 201"),
        ("/api/x?v=3", "a matcher ends it with status 500"),
    ],
)
def test_expressions_are_evaluated(target, what):
    config, _ = from_caddyfile(CONFIG)
    (server,) = config.apps["http"].servers.values()
    cx = Connection(("192.0.2.7", 40000), ("192.0.2.1", 80), "tcp", 0.0)
    data = f"GET {target} HTTP/1.1\r\nHost: example.com\r\n\r\n".encode()
    said = describe("srv0", server, cx, data, lambda handler: "")
    assert said[2].endswith(what)

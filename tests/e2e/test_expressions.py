"""Expressions in a running program: in the layer-4 ``http`` matcher and in HTTP routes."""

import socket
from contextlib import ExitStack
from pathlib import Path

from tests.e2e.layer4 import layer4
from tests.e2e.peers import Named
from tests.e2e.programs import caddylite, free_port


def said(port: int, request: str, path: str = "/") -> bytes:
    """Return the first bytes that come back for a request."""
    head = f"{request} {path} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(head.encode())
        return s.recv(65536)


def test_connections_are_routed_by_expressions(tmp_path: Path) -> None:
    with ExitStack() as stack:
        api, pages, rest = (stack.enter_context(Named(w)) for w in (b"api!", b"pages!", b"rest!"))
        routes = f"""
            @api http expression `path('/api/*') && {{http.request.uri.query.v}} in ['1', '2']`
            route @api {{
                proxy 127.0.0.1:{api.port}
            }}
            @pages http expression {{http.request.method}} == 'GET' && {{http.request.uri.path}}.endsWith('.html')
            route @pages {{
                proxy 127.0.0.1:{pages.port}
            }}
            @odd http expression `{{http.request.nothing}}.size() > 1`
            route @odd {{
                proxy 127.0.0.1:{api.port}
            }}
            route {{
                proxy 127.0.0.1:{rest.port}
            }}
        """  # noqa: E501 - a line of a Caddyfile
        port, _ = stack.enter_context(layer4(tmp_path, routes))
        assert said(port, "GET", "/api/x?v=2").startswith(b"api!")
        assert said(port, "GET", "/api/x?v=3").startswith(b"rest!")
        assert said(port, "GET", "/a.html").startswith(b"pages!")
        assert said(port, "POST", "/a.html").startswith(b"rest!")


def test_requests_are_routed_by_expressions(tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "Caddyfile"
    config.write_text(f"""
        {{
            admin off
        }}
        http://example.com:{port} {{
            @item path_regexp ^/item/
            @number `path_regexp('^/item/([0-9]+)$') && int({{re.number.1}}) > 10`
            respond @number "number {{re.number.1}}"
            respond @item "item"
            @odd expression {{http.request.nothing}}.size() > 1
            respond @odd "never"
            error /gone 410
            handle_errors 410 {{
                respond "it is gone"
            }}
            handle_errors {{
                respond "error {{err.status_code}}"
            }}
        }}
    """)
    with caddylite(config, tmp_path):
        assert b"number 42" in said(port, "GET", "/item/42")
        assert said(port, "GET", "/item/7").endswith(b"item")
        assert said(port, "GET", "/other").endswith(b"error 500")
        assert said(port, "GET", "/gone").endswith(b"it is gone")

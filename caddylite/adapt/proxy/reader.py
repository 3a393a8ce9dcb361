"""Reads ``reverse_proxy``: the line, the block, and what follows from both together."""

from typing import Any

from msgspec.structs import replace

from caddylite.adapt.helper import Helper
from caddylite.adapt.proxy.header_lines import read_header_down, read_header_up
from caddylite.adapt.proxy.health import HEALTH
from caddylite.adapt.proxy.lines import LINES
from caddylite.adapt.proxy.responses import (
    matched_first,
    read_handle_response,
    read_replace_status,
)
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import go_type, load_module
from caddylite.caddyfile.options import Fields
from caddylite.errors import ConfigError
from caddylite.http.handlers.headers import Headers
from caddylite.http.handlers.reverse_proxy import ReverseProxy, Upstream
from caddylite.http.handlers.rewrite import Rewrite
from caddylite.http.header_edits import HeaderEdits
from caddylite.http.response_handler import ResponseHandler
from caddylite.http.response_matcher import ResponseMatcher, parse_named
from caddylite.http.reverse_proxy.addresses import parse_upstream
from caddylite.http.reverse_proxy.health_checks import (
    ActiveHealthChecks,
    HealthChecks,
    PassiveHealthChecks,
)
from caddylite.http.reverse_proxy.kinds import Transport
from caddylite.http.reverse_proxy.load_balancing import LoadBalancing
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.http.reverse_proxy.transport.http import HTTP
from caddylite.notices import notice

_SIMPLE = {**LINES, **HEALTH}


class ProxyReader:
    """Collects what a ``reverse_proxy`` says.

    Directives that are shortcuts fill in what they presuppose before they call :meth:`read`:
    ``fields`` (of ReverseProxy, by name; ``rewrite`` and others as dictionaries of fields),
    ``request`` (edits of the request), ``responses``, ``preset`` (a transport).
    """

    def __init__(self, preset: Transport | None = None) -> None:
        self.fields: Fields = {}
        self.upstreams: list[Upstream] = []
        self.scheme = ""
        #: The transport that the block names; what the shortcut presupposes is ``preset``.
        self.transport: Transport | None = None
        self.preset = preset
        self.request: HeaderEdits | None = None
        self.response: HeaderEdits | None = None
        self.matchers: dict[str, ResponseMatcher] = {}
        self.responses: list[ResponseHandler] = []
        self.segments: list[Dispenser] = []

    def read(self, d: Dispenser) -> None:
        """Read the directive; the cursor stands before its name."""
        d.next()
        self._add_upstreams(d, d.args())
        for name in d.block():
            if name.startswith("@"):
                parse_named(d.sub(), self.matchers)
            elif name in _SIMPLE:
                _SIMPLE[name](d, self.fields)
            else:
                self._read_other(d, name)
        self._settle_transport(d)

    def finish(self, h: Helper) -> ReverseProxy:
        """Read the routes of ``handle_response``, and put everything together."""
        for d in self.segments:
            self.responses.append(read_handle_response(d, self.matchers, h))
        fields = dict(self.fields)
        active, passive = fields.pop("active", None), fields.pop("passive", None)
        if active is not None or passive is not None:
            fields["health_checks"] = HealthChecks(
                active=None if active is None else ActiveHealthChecks(**active),
                passive=None if passive is None else PassiveHealthChecks(**passive),
            )
        if "load_balancing" in fields:
            fields["load_balancing"] = LoadBalancing(**fields["load_balancing"])
        if "rewrite" in fields:
            fields["rewrite"] = Rewrite(**fields["rewrite"])
        return ReverseProxy(
            **fields,
            transport=self.preset,
            upstreams=tuple(self.upstreams),
            headers=self._headers(),
            handle_response=matched_first(self.responses),
        )

    def _headers(self) -> Headers | None:
        if self.request is None and self.response is None:
            return None
        return Headers(
            request=None if self.request is None else self.request.request(),
            response=None if self.response is None else self.response.response(),
        )

    # --- the lines that have to do with each other

    def _read_other(self, d: Dispenser, name: str) -> None:
        if name == "to":
            self._add_upstreams(d, d.some_args())
        elif name == "header_up":
            self.request = self.request or HeaderEdits()
            read_header_up(d, self.request)
        elif name == "header_down":
            self.response = self.response or HeaderEdits()
            read_header_down(d, self.response)
        elif name == "transport":
            d.arg()
            if self.preset is not None:
                raise d.err("transport already specified")
            self.transport = load_module(d, Transport)
        elif name == "handle_response":
            # Its directives are read last, when all the response matchers are known.
            self.segments.append(d.sub())
        elif name == "replace_status":
            self.responses.append(read_replace_status(d, self.matchers))
        else:
            raise d.err(f"unrecognized subdirective {name}")

    def _add_upstreams(self, d: Dispenser, words: list[str]) -> None:
        for word in words:
            try:
                self._add_upstream(d, word)
            except ConfigError as e:
                raise e.wrap(f"parsing upstream '{word}': ") from None

    def _add_upstream(self, d: Dispenser, word: str) -> None:
        try:
            address = parse_upstream(word)
        except ValueError as e:
            raise d.err(str(e)) from None
        if address.scheme in ("ws", "wss"):
            instead = {"ws": "http", "wss": "https"}[address.scheme]
            raise d.err(
                f"the scheme {address.scheme}:// is only supported in browsers; "
                f"use {instead}:// instead"
            )
        if address.scheme not in ("", "http", "https", "h2c"):
            raise d.err(f"unsupported URL scheme {address.scheme}://")
        if self.scheme not in ("", address.scheme):
            raise d.err(
                "for now, all proxy upstreams must use the same scheme (transport protocol); "
                f"expecting '{self.scheme}://' but got '{address.scheme}://'"
            )
        self.scheme = address.scheme
        try:
            self.upstreams += [Upstream(dial) for dial in address.dials()]
        except ValueError as e:
            raise d.err(str(e)) from None

    # --- what the upstreams' scheme means for the transport

    def _settle_transport(self, d: Dispenser) -> None:
        transport = self.transport
        if transport is None and self.scheme in ("https", "h2c"):
            transport = HTTP()
        if transport is None:
            return
        if isinstance(transport, HTTP):
            transport = self._settle_http(d, transport)
        elif self.scheme == "https":
            raise d.err(
                "upstreams are configured for HTTPS but transport module does not support TLS: "
                f"{go_type(type(transport))}"
            )
        if transport != HTTP():
            self.preset = transport

    def _settle_http(self, d: Dispenser, transport: HTTP) -> HTTP:
        changes: dict[str, Any] = {}
        if self.scheme == "https" and transport.tls is None:
            changes["tls"] = TLSConfig()
        uses_tls = transport.tls is not None or "tls" in changes
        if uses_tls and self.request is not None:
            _remark_host(self.request.set.get("Host", ("",))[0])
        if self.scheme == "http" and uses_tls:
            raise d.err(
                "upstream address scheme is HTTP but transport is configured for HTTP+TLS (HTTPS)"
            )
        if self.scheme == "h2c":
            changes["versions"] = ("h2c", "2")
        return replace(transport, **changes) if changes else transport


def _remark_host(value: str) -> None:
    if value in ("{upstream_hostport}", "{http.reverse_proxy.upstream.hostport}"):
        notice(
            "Unnecessary header_up Host: the reverse proxy's default behavior is to pass the "
            "configured upstream address to the upstream when proxying to HTTPS",
            "caddyfile",
        )

"""What the reader of ``reverse_proxy`` remarks, and what follows from the upstreams' scheme."""

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.adapt.warnings import Warning_
from caddylite.http.handlers.reverse_proxy import ReverseProxy
from caddylite.http.reverse_proxy.transport.http import HTTP


def remarks_on(text: str) -> list[Warning_]:
    _, warnings = from_caddyfile(f":80 {{\n\t{text}\n}}\n")
    return [w for w in warnings if "not formatted" not in w.text]


def proxy_of(text: str) -> ReverseProxy:
    config, _ = from_caddyfile(f":80 {{\n{text}\n}}\n")
    handler = config.apps["http"].servers["srv0"].routes[0].handle[0]
    assert isinstance(handler, ReverseProxy)
    return handler


NEEDLESS = [
    ("X-Forwarded-For", "{remote_host}"),
    ("x-forwarded-for", "{http.request.remote.host}"),
    ("X-Forwarded-Proto", "{scheme}"),
    ("X-Forwarded-Host", "{host}"),
    ("X-Forwarded-Host", "{hostport}"),
]


@pytest.mark.parametrize(("field", "value"), NEEDLESS)
def test_needless_fields_are_remarked_upon(field, value):
    (found,) = remarks_on(f"reverse_proxy a {{\nheader_up {field} {value}\n}}")
    assert (found.logger, found.line) == ("caddyfile", 0)
    assert found.text.lower().startswith(f"unnecessary header_up {field.lower()}: ")


@pytest.mark.parametrize(
    "line",
    [
        "header_up X-Forwarded-For 1.2.3.4",
        "header_up +X-Forwarded-For {remote_host}",
        "header_down X-Forwarded-For {remote_host}",
        "header_up Host {upstream_hostport}",
    ],
)
def test_other_fields_are_not(line):
    assert remarks_on(f"reverse_proxy a {{\n{line}\n}}") == []


def test_the_host_field_is_needless_towards_https():
    found = remarks_on("reverse_proxy https://a {\nheader_up Host {upstream_hostport}\n}")
    assert [n.text.split(":")[0] for n in found] == ["Unnecessary header_up Host"]


def test_https_turns_tls_on_and_keeps_the_transport():
    proxy = proxy_of("reverse_proxy https://a {\ntransport http {\nversions 1.1\n}\n}")
    assert isinstance(proxy.transport, HTTP)
    assert proxy.transport.tls is not None
    assert proxy.transport.versions == ("1.1",)


def test_an_empty_transport_is_none():
    assert proxy_of("reverse_proxy a {\ntransport http\n}").transport is None

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.errors import ConfigError
from caddylite.http.auto_https import plan, redirect_listeners
from caddylite.http.config import HTTP, AutoHTTPS, Server
from caddylite.http.matchers.host import Host
from caddylite.http.redirects import Redirects
from caddylite.http.route import Route
from caddylite.tls.automation import Automation, AutomationPolicy
from caddylite.tls.config import TLS
from caddylite.tls.policy import ClientAuthentication, ConnectionPolicy


def app(*hosts, listen=(":443",), **more) -> HTTP:
    routes = (Route(match=({"host": Host(hosts)},)),) if hosts else (Route(),)
    return HTTP(servers={"srv0": Server(listen=listen, routes=routes, **more)})


def redirects(server: Server) -> list[tuple[tuple[str, ...], str]]:
    """Return hosts and target of a server's redirects."""
    out = []
    for route in server.routes:
        for handler in route.handle:
            location = getattr(handler, "headers", {}).get("Location")
            if location:
                host = route.match[0].get("host")
                assert route.match[0]["protocol"].protocol == "http"
                assert (handler.status_code, handler.close) == ("308", True)
                out.append((host.names if host else (), location[0]))
    return out


HERE = "https://{http.request.host}{http.request.uri}"


def test_a_site(tmp_path):
    made = plan(app("example.com", "localhost"))
    assert made.names == ("example.com", "localhost")
    assert made.internal == {"localhost"}
    assert made.app.servers["srv0"].tls_connection_policies == (ConnectionPolicy(),)
    added = made.app.servers[Redirects.SERVER]
    assert added.listen == (":80",)
    assert made.added == (":80",)
    assert redirects(added) == [(("example.com", "localhost"), HERE), ((), HERE)]


def test_a_site_on_the_http_port_stays_plain():
    made = plan(app("example.com", listen=(":80",)))
    assert made.names == ()
    assert made.app.servers["srv0"].tls_connection_policies == ()
    assert Redirects.SERVER not in made.app.servers
    assert "only on the HTTP port" in made.notes[0][1]


def test_a_site_without_names_on_another_port_stays_plain():
    made = plan(app(listen=(":8080",)))
    assert made.app.servers["srv0"].tls_connection_policies == ()
    assert made.added == ()


def test_a_site_without_names_on_the_https_port_speaks_tls():
    made = plan(app(listen=(":443",)))
    assert made.names == ()
    assert made.app.servers["srv0"].tls_connection_policies == (ConnectionPolicy(),)
    assert redirects(made.app.servers[Redirects.SERVER]) == [((), HERE), ((), HERE)]


def test_another_port_is_named_in_the_target():
    made = plan(app("a.test", listen=(":8443",)))
    target = "https://{http.request.host}:8443{http.request.uri}"
    assert redirects(made.app.servers[Redirects.SERVER])[0] == (("a.test",), target)


def test_ports_of_ones_own():
    made = plan(
        HTTP(
            http_port=8080,
            https_port=8443,
            servers=app("a.test", listen=("127.0.0.1:8443",)).servers,
        )
    )
    assert made.added == ("127.0.0.1:8080",)
    assert redirects(made.app.servers[Redirects.SERVER])[0] == (("a.test",), HERE)


def test_redirects_go_behind_the_routes_for_hosts_of_a_server_that_is_there():
    plain = Server(listen=(":80",), routes=(Route(match=({"host": Host(("p.test",))},)), Route()))
    made = plan(HTTP(servers={**app("a.test").servers, "plain": plain}))
    server = made.app.servers["plain"]
    assert Redirects.SERVER not in made.app.servers
    assert [bool(r.match) and "host" in r.match[0] for r in server.routes] == [
        True,
        True,
        False,
        False,
    ]
    assert redirects(server) == [(("a.test",), HERE), ((), HERE)]
    assert server.routes[2] == Route()  # what the config says goes before the catch-all


def test_one_server_several_ports_redirect_to_the_https_port():
    made = plan(app("a.test", listen=(":8443", ":443", "[::1]:443")))
    found = redirects(made.app.servers[Redirects.SERVER])
    assert [f for f in found if f[0]] == [(("a.test",), HERE), (("a.test",), HERE)]
    assert made.added == (":80", "[::1]:80")


def test_exact_names_are_redirected_before_wildcards():
    servers = {
        "a": Server(listen=(":8443",), routes=app("*.test").servers["srv0"].routes),
        "b": Server(listen=(":443",), routes=app("long.a.test").servers["srv0"].routes),
    }
    found = redirects(plan(HTTP(servers=servers)).app.servers[Redirects.SERVER])
    assert [hosts for hosts, _ in found] == [("long.a.test",), ("*.test",), ()]


@pytest.mark.parametrize(
    ("settings", "names", "tls", "redirected"),
    [
        (AutoHTTPS(disable=True), (), False, False),
        (AutoHTTPS(disable_redirects=True), ("a.test", "b.test"), True, False),
        (AutoHTTPS(disable_certificates=True), (), True, True),
        (AutoHTTPS(skip=("a.test",)), ("b.test",), True, True),
        (AutoHTTPS(skip=("a.test", "b.test")), (), False, False),
        (AutoHTTPS(skip_certificates=("a.test",)), ("b.test",), True, True),
    ],
)
def test_settings(settings, names, tls, redirected):
    made = plan(app("a.test", "b.test", listen=(":8443",), automatic_https=settings))
    assert made.names == names
    assert bool(made.app.servers["srv0"].tls_connection_policies) == tls
    assert (Redirects.SERVER in made.app.servers) == redirected


def test_names_with_loaded_certificates_are_left_alone():
    made = plan(app("a.test", "b.test"), loaded=lambda name: name == "a.test")
    assert made.names == ("b.test",)
    settings = AutoHTTPS(ignore_loaded_certificates=True)
    made = plan(app("a.test", automatic_https=settings), loaded=lambda name: True)
    assert made.names == ("a.test",)


def test_names_no_certificate_can_be_for():
    made = plan(app("a.test", "x_y z", "*.test", "a.*.test", "b.ts.net"))
    assert made.names == ("*.test", "a.test")
    assert any("second-level wildcard" in note[1] for note in made.notes)


def test_addresses_are_ours_to_sign_unless_a_policy_exists():
    assert plan(app("203.0.113.5")).internal == {"203.0.113.5"}
    policies = TLS(automation=Automation(policies=(AutomationPolicy(),)))
    assert plan(app("203.0.113.5", "10.0.0.1"), policies).internal == {"10.0.0.1"}


def test_a_policy_for_the_name_has_the_word():
    policies = TLS(automation=Automation(policies=(AutomationPolicy(subjects=("localhost",)),)))
    assert plan(app("localhost"), policies).internal == {"localhost"}
    mixed = AutomationPolicy(subjects=("localhost", "example.com"))
    policies = TLS(automation=Automation(policies=(mixed,)))
    assert plan(app("localhost"), policies).internal == frozenset()


def test_placeholders_in_names(monkeypatch):
    monkeypatch.setenv("SITE", "a.test")
    assert plan(app("{env.SITE}")).names == ("a.test",)
    with pytest.raises(ConfigError, match="srv0: route 0, matcher set 0, matcher 0, host matcher"):
        plan(app("{env.NOT_SET_AT_ALL}"))


def test_client_certificates_hold_sni_and_host_together():
    policy = ConnectionPolicy(client_authentication=ClientAuthentication(mode="require"))
    made = plan(app("a.test", tls_connection_policies=(policy,)))
    assert made.app.servers["srv0"].strict_sni_host is True
    made = plan(app("a.test", tls_connection_policies=(policy,), strict_sni_host=False))
    assert made.app.servers["srv0"].strict_sni_host is False
    assert plan(app("a.test")).app.servers["srv0"].strict_sni_host is None


def test_it_is_the_same_every_time():
    config = from_caddyfile("b.test, a.test, *.test {\n}\nc.test:8443 {\n}\nhttp://d.test {\n}\n")[
        0
    ]
    first = plan(config.apps["http"], config.apps.get("tls"))
    assert first == plan(config.apps["http"], config.apps.get("tls"))


def test_who_claims_the_http_port():
    config = from_caddyfile("a.test {\n}\n")[0]
    assert list(redirect_listeners(config)) == [(Redirects.SERVER, ":80")]
    config = from_caddyfile("{\n\tauto_https disable_redirects\n}\na.test {\n}\n")[0]
    assert list(redirect_listeners(config)) == []
    assert list(redirect_listeners(from_caddyfile(":8080 {\n}\n")[0])) == []

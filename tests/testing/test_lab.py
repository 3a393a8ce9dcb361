"""Whole paths: wrappers, handlers, flights, time, places in the Caddyfile, UDP, missing files."""

import pytest

from caddylite.errors import ConfigError
from caddylite.testing import clients, render
from caddylite.testing.lab import OURS, REAL, Lab
from caddylite.testing.stream import Cut

CLOSE = "\n}\n}\n}\n"


def layer4(body: str, address: str = ":443") -> Lab:
    return Lab.from_text(f"{{\nlayer4 {{\n{address} {{\n{body}\n}}\n}}\n}}\n")


def test_routes_and_handlers_have_lines():
    lab = layer4("@s ssh\nroute @s {\nproxy 127.0.0.1:22\n}\n@t tls\nroute @t {\ntls\necho\n}")
    trace = lab.connect("", clients.ssh())
    assert trace.line == "Caddyfile:6"
    assert trace.steps[0].lines == {0: "Caddyfile:5", 1: "Caddyfile:9"}
    plain = render.to_json(trace)
    assert [r["line"] for r in plain["steps"][0]["routes"]] == ["Caddyfile:5", "Caddyfile:9"]
    assert plain["line"] == "Caddyfile:6"
    text = render.to_text(lab.connect("", clients.parse("tls sni=a.b")))
    assert "srv0/1.0:tls: terminates TLS (SNI a.b); no certificate here is for that" in text
    assert "the handshake fails  [Caddyfile:10]" in text


def test_the_line_of_a_site():
    lab = Lab.from_text("a.b {\n\theader X y\n\trespond hi\n}\n")
    trace = lab.connect(":443", clients.parse("tls sni=a.b http=/"))
    assert trace.line == "Caddyfile:3"
    assert trace.why == "GET a.b/: headers (Caddyfile:2), static_response 200"


SITE = "a.b {\nrespond hi\n%s}\n"


@pytest.mark.parametrize(
    ("config", "name", "missing"),
    [
        (SITE % "", "a.b", False),
        (SITE % "", "x.b", True),
        (SITE % "", "", True),
        (SITE.replace("a.b", "*.b") % "", "x.b", False),
        ("{\ndefault_sni a.b\n}\n" + SITE % "", "", False),
        ("{\nfallback_sni a.b\n}\n" + SITE % "", "x.b", False),
        (SITE % "tls {\non_demand\n}\n", "x.b", False),
        (SITE % "tls cert.pem key.pem\n", "x.b", False),
        ("192.0.2.9 {\nrespond hi\n}\n", "", False),
    ],
)
def test_whose_certificate_there_is(config, name, missing):
    trace = Lab.from_text(config).connect(":443", clients.tls(name))
    (said,) = [s.text for s in trace.steps if s.text.startswith("terminates TLS")]
    assert ("no certificate here is for that" in said) == missing


def test_lines_of_json():
    lab = Lab.from_text(
        '{"apps":{"layer4":{"servers":{"a":{"listen":[":1"],"routes":[{}]}}}}}', "x"
    )
    assert lab.connect("", clients.ssh()).steps[0].lines == {0: "x:1:62"}


@pytest.mark.parametrize(
    ("patience", "outcome"), [("1", "pending"), ("2.9", "pending"), ("3", "closed")]
)
def test_the_matching_timeout_on_the_clock(patience, outcome):
    lab = layer4("@s ssh\nroute @s {\necho\n}")
    trace = lab.connect("", clients.parse(f"bytes text=SS patience={patience}"))
    assert trace.outcome == outcome
    assert "route 0 is undecided" in trace.why
    if outcome == "closed":
        assert trace.time == 3.0
        assert "aborted matching according to timeout" in trace.why


def test_a_pause_settles_it_and_the_trace_says_when():
    lab = layer4(
        "@d regexp ^x 40\nroute @d {\nproxy 127.0.0.1:53\n}\n"
        "@s ssh\nroute @s {\nproxy 127.0.0.1:22\n}"
    )
    trace = lab.connect("", clients.ssh())
    assert trace.upstream == "127.0.0.1:22"
    assert trace.time == pytest.approx(0.1)
    assert "(after 0.1 s)" in str(trace)


def test_what_the_upstream_sees():
    lab = layer4("route {\nproxy_protocol\nproxy {\nproxy_protocol v1\nupstream 127.0.0.1:9\n}\n}")
    trace = lab.connect("", clients.parse("ssh proxy_protocol=198.51.100.9:5555"))
    assert trace.seen_from == "198.51.100.9:5555"
    assert trace.preface == b"PROXY TCP4 198.51.100.9 203.0.113.1 5555 443\r\n"
    assert trace.passed == clients.ssh().data


def test_a_peer_not_believed():
    lab = layer4("route {\nproxy_protocol {\nallow 10.0.0.0/8\n}\necho\n}")
    words = "ssh proxy_protocol=198.51.100.9:5555"
    assert lab.connect("", clients.parse(words)).outcome == "echo"
    assert lab.connect("", clients.parse(f"{words} from=10.1.1.1")).outcome == "echo"
    refused = lab.connect("", clients.parse("ssh from=10.1.1.1"))
    assert (refused.outcome, refused.why) == (
        "closed", "there is no PROXY header, and one is required"
    )  # fmt: skip


def test_postgres_in_three_flights():
    lab = layer4(
        "@p postgres\nroute @p {\npostgres_tls\n"
        "tls {\nconnection_policy {\nalpn postgresql\n}\n}\n"
        "subroute {\n"
        "@u {\npostgres {\nuser alice\n}\n}\n"
        "route @u {\nproxy 127.0.0.1:5432\n}\n}\n}"
    )
    client = clients.postgres("alice", tls="request", sni="db.example.com")
    trace = lab.connect("", client)
    assert trace.upstream == "127.0.0.1:5432"
    assert trace.flights == 3
    assert lab.connect("", clients.postgres("bob", tls="request")).outcome == "closed"


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("ip_hash", "ip_hash of 192.0.2.1 over 3 upstreams"),
        ("first", "the first of 3 that is up"),
        ("round_robin", "any of 3, by round_robin"),
    ],
)
def test_balancing(policy, words):
    lab = layer4(
        f"route {{\nproxy 127.0.0.1:1 127.0.0.1:2 127.0.0.1:3 {{\nlb_policy {policy}\n}}\n}}"
    )
    trace = lab.connect("", clients.ssh())
    assert trace.choice == words
    assert len(trace.upstreams) == (3 if policy == "round_robin" else 1)


def test_ip_hash_chooses_as_the_runtime_does():
    from random import Random
    from types import SimpleNamespace

    from caddylite.layer4.live import selection
    from caddylite.layer4.matching import Connection

    names = [f"127.0.0.1:{p}" for p in range(1, 6)]
    lab = layer4(f"route {{\nproxy {' '.join(names)} {{\nlb_policy ip_hash\n}}\n}}")
    select = selection.make(SimpleNamespace(name="ip_hash"), Random(1))
    pool = [SimpleNamespace(name=n, available=True) for n in names]
    for last in range(1, 40):
        source = f"192.0.2.{last}"
        trace = lab.connect("", clients.ssh().coming_from(source))
        assert trace.upstreams == (select(pool, Connection(remote=(source, 1))).name,)


def test_udp_with_several_datagrams():
    lab = layer4("@q quic sni q.example\nroute @q {\nproxy udp/127.0.0.1:1\n}", "udp/:443")
    big = clients.quic("q.example", like="chrome")
    assert len(big.datagrams) == 2
    assert lab.connect("", big).upstream == "udp/127.0.0.1:1"
    assert lab.connect("", clients.quic("x.example", like="chrome")).outcome == "closed"
    assert lab.connect("", clients.quic("q.example"), decide_as=REAL).outcome == "proxy"


def test_the_network_chooses_the_listener():
    lab = Lab.from_text(
        "{\nlayer4 {\n:53 {\nroute {\necho\n}\n}\n"
        "udp/:53 {\nroute {\nproxy udp/127.0.0.1:5\n}" + CLOSE
    )
    assert lab.connect(":53", clients.dns()).outcome == "proxy"
    assert lab.connect(":53", clients.dns(network="tcp")).outcome == "echo"
    assert lab.connect("", clients.dns()).outcome == "proxy"


def test_tls_ends_before_the_wrappers_unless_it_is_named():
    head = "{\nservers :443 {\nlistener_wrappers {\nlayer4 {\n@h http\nroute @h {\necho\n}\n}\n"
    site = "}\n}\n}\na.example {\nrespond hi\n}\n"
    client = clients.parse("tls sni=a.example http=/")
    assert Lab.from_text(head + site).connect(":443", client).outcome == "echo"
    named = Lab.from_text(head + "tls\n" + site).connect(":443", client)
    assert (named.outcome, named.site) == ("http", "a.example")


def test_nothing_said_inside_tls_is_taken_for_a_request():
    lab = Lab.from_text("a.example {\nrespond hi\n}\nb.example {\nrespond ho 404\n}\n")
    trace = lab.connect(":443", clients.tls("b.example"))
    assert (trace.site, trace.outcome) == ("b.example", "http")
    assert "static_response 404" in trace.why
    assert "say GET b.example/" in str(trace)
    assert lab.connect(":443", clients.http("a.example")).outcome == "tls"
    redirected = lab.connect(":80", clients.http("a.example"))
    assert "static_response 308" in redirected.why


@pytest.mark.parametrize("cut", [(), (1,), (4,), (5,), (20,)])
def test_plain_http_on_the_tls_port(cut):
    lab = Lab.from_text(
        "{\nservers {\nlistener_wrappers {\nhttp_redirect\ntls"
        + CLOSE
        + "a.example {\nrespond hi\n}\n"
    )
    trace = lab.connect(":443", clients.http("a.example"), cut=Cut(cut))
    assert (trace.outcome, trace.why) == ("http", "redirected to https://a.example")
    assert lab.connect(":443", clients.tls("a.example"), cut=Cut(cut)).site == "a.example"


def test_key_files_that_are_elsewhere():
    lab = layer4(
        "@o {\nopenvpn {\nmodes auth\ngroup_key_file /nowhere/ta.key\n}\n}\nroute @o {\necho\n}\n"
        "@l remote_ip_list /nowhere/list\nroute @l {\nclose\n}\n@s ssh\nroute @s {\nproxy a:1\n}"
    )
    for decide_as in ("caddylite", REAL):
        assert lab.connect("", clients.ssh(), decide_as=decide_as).upstream == "a:1"


@pytest.mark.parametrize(
    ("listen", "message"),
    [
        (":99", "no listener at :99"),
        ("a b/:x", "is not an address"),
        ("", "name a listener"),
    ],
)
def test_listeners_that_are_not_there(listen, message):
    lab = Lab.from_text("{\nlayer4 {\n:1 {\nroute {\necho\n}\n}\n:2 {\nroute {\necho\n}" + CLOSE)
    with pytest.raises(ConfigError, match=message):
        lab.connect(listen, clients.ssh())


def test_a_listener_of_the_other_network():
    udp = Lab.from_text("{\nlayer4 {\nudp/:53 {\nroute {\necho\n}" + CLOSE)
    for listen, message in (
        ("udp/:53", "udp/:53 is no listener for"),
        ("", "nothing listens for"),
    ):
        with pytest.raises(ConfigError, match=f"{message} a client that speaks TCP"):
            udp.connect(listen, clients.ssh())
    tcp = layer4("route {\necho\n}")
    with pytest.raises(ConfigError, match="a client that speaks UDP"):
        tcp.connect("", clients.dns())


def test_two_apps_whose_servers_have_one_name_are_two_servers():
    lab = Lab.from_text("{\nlayer4 {\n:1 {\nroute {\necho\n}\n}\n}\n}\n:80 {\nrespond hi\n}\n")
    with pytest.raises(ConfigError, match="name a listener") as e:
        lab.connect("", clients.ssh())
    assert e.value.hint == "the config listens on :1, :80"


def test_a_server_name_that_two_apps_have():
    lab = Lab.from_text("{\nlayer4 {\n:1 {\nroute {\necho\n}\n}\n}\n}\n:80 {\nrespond hi\n}\n")
    assert {k.server for k in lab.listeners} == {"srv0"}
    with pytest.raises(ConfigError, match="both layer4 and http have a server srv0"):
        lab.connect("srv0", clients.ssh())


def test_a_strategy_that_is_not_there():
    with pytest.raises(ConfigError, match="nobody decides as 'nginx'"):
        layer4("route {\necho\n}").connect("", clients.ssh(), decide_as="nginx")


def test_colours_and_schema():
    trace = layer4("@s ssh\nroute @s {\necho\n}").connect("", clients.ssh())
    assert "\x1b[32m" in render.to_text(trace, colour=True)
    assert "\x1b[" not in render.to_text(trace)
    documented = render.to_json.__doc__
    for key in render.to_json(trace):
        assert key in documented


def test_a_named_route_that_invokes_itself():
    lab = Lab.from_text("&(loop) {\ninvoke loop\n}\n:80 {\ninvoke loop\n}\n")
    trace = lab.connect(":80", clients.http("a.example"))
    assert "invoke loop within itself" in trace.why


def test_a_unix_socket_has_peers_without_an_address():
    lab = layer4(
        "@r remote_ip 0.0.0.0/0\nroute @r {\necho\n}\n@s ssh\nroute @s {\nclose\n}", "unix//x"
    )
    assert lab.connect("unix//x", clients.ssh()).outcome == "close"


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("ssh time=22:00:00", "echo"),
        ("ssh time=21:59:59", "closed"),
        ("ssh time=2026-11-23T23:30:00+01:00", "echo"),
        ("ssh time=2026-11-23T22:30:00+01:00", "closed"),
        ("ssh", "closed"),
    ],
)
@pytest.mark.parametrize("decide_as", [OURS, REAL])
def test_the_time_is_said_by_the_client(words, outcome, decide_as):
    lab = layer4("@night clock 22:00:00 00:00:00\nroute @night {\necho\n}")
    assert lab.connect("", clients.parse(words), decide_as=decide_as).outcome == outcome


def test_a_client_without_a_protocol_in_common_is_refused():
    """A policy that names none has h2 and http/1.1, and psql of today asks for another."""
    trace = layer4("route {\npostgres_tls\ntls\necho\n}").connect(
        "", clients.postgres("alice", tls="request")
    )
    assert (trace.outcome, trace.why) == (
        "tls",
        "no ALPN protocol in common (postgresql offered, h2, http/1.1 here): the handshake fails",
    )


def test_a_time_that_is_none():
    with pytest.raises(ConfigError, match="'noon' is not a time"):
        clients.parse("ssh time=noon")

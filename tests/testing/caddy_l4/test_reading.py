"""Single facts about caddy-l4, found by comparing with the program."""

from pathlib import Path

import pytest

from caddylite.testing import clients
from caddylite.testing.lab import REAL, Lab
from caddylite.testing.stream import Cut

FIXTURES = Path(__file__).parents[2] / "fixtures"


def lab(*matchers: str) -> Lab:
    lines = []
    for i, matcher in enumerate(matchers):
        lines.append(f"@m{i} {matcher}\nroute @m{i} {{\nproxy a:{i + 1}\n}}")
    return Lab.from_text("{\nlayer4 {\n:443 {\n" + "\n".join(lines) + "\n}\n}\n}\n")


@pytest.mark.parametrize(
    ("at", "outcome"),
    [(5, "proxy"), (16, "proxy"), (17, "closed"), (20, "closed"), (21, "proxy"), (30, "proxy"),
     (32, "closed"), (33, "proxy")],
)  # fmt: skip
def test_an_http_head_torn_within_the_name_of_a_field_closes(at, outcome):
    data = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
    trace = lab("http").connect("", clients.Client(data), cut=Cut((at,), 0.06), decide_as=REAL)
    assert trace.outcome == outcome


@pytest.mark.parametrize("at", [18, 20, 24, 30, 60])
def test_http2_may_be_cut_between_its_frames(at):
    data = bytes.fromhex((FIXTURES / "http2_prior_knowledge.hex").read_text())
    trace = lab("http").connect("", clients.Client(data), cut=Cut((at,), 0.06), decide_as=REAL)
    assert trace.outcome == "proxy"


def test_http2_frames_of_any_length_are_waited_for():
    client = clients.Client(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff" + bytes(6))
    assert lab("http").connect("", client, decide_as=REAL).outcome == "pending"
    assert lab("http").connect("", client).outcome == "closed"


def test_wireguard_in_two_pieces_is_refused():
    client = clients.Client(clients.wireguard().data)
    assert lab("wireguard").connect("", client, decide_as=REAL).outcome == "proxy"
    cut = Cut((74,), 0.06)
    assert lab("wireguard").connect("", client, cut=cut, decide_as=REAL).outcome == "closed"
    assert lab("wireguard").connect("", client, cut=cut).outcome == "proxy"


def test_it_reads_two_kibibytes_at_once():
    """A hello of three chunks: the last route is refuted by the first, and tls is forgotten."""
    hello = clients.tls("a.example", ("x" * 200,) * 20, like="chrome")
    assert len(hello.data) > 2 * 2048
    assert lab("tls", "ssh").connect("", hello, decide_as=REAL).outcome == "closed"
    assert lab("tls", "ssh").connect("", hello).outcome == "proxy"


def test_a_later_match_beats_an_earlier_route_that_waits():
    two = lab("regexp ^SSH-2.0-OpenSSH_9 20", "ssh")
    cut = Cut((8,), 0.06)
    assert two.connect("", clients.ssh(), cut=cut, decide_as=REAL).upstream == "a:2"
    assert two.connect("", clients.ssh(), cut=cut).upstream == "a:1"


def test_the_matching_deadline():
    trace = lab("ssh").connect("", clients.parse("bytes text=SS patience=4"), decide_as=REAL)
    assert (trace.outcome, trace.time) == ("closed", 3.0)
    assert "aborted matching according to timeout" in trace.why
    assert lab("ssh").connect("", clients.parse("bytes text=SS"), decide_as=REAL).outcome == (
        "pending"
    )


@pytest.mark.parametrize(
    ("options", "with_header", "without"),
    [
        ("", "echo", "closed"),
        ("fallback_policy USE", "echo", "closed"),
        ("fallback_policy SKIP", "echo", "closed"),
        ("fallback_policy REQUIRE", "echo", "closed"),
        ("fallback_policy REJECT", "a:1", "b:1"),
        ("allow 127.0.0.0/8", "echo", "closed"),
        ("allow 10.0.0.0/8", "echo", "closed"),
        ("deny 127.0.0.0/8", "a:1", "b:1"),
        ("deny 10.0.0.0/8", "echo", "closed"),
    ],
)
def test_what_its_proxy_protocol_handler_makes_of_policies(options, with_header, without):
    """Seen with the program: who is denied is passed on, all others must send a header."""
    block = f"proxy_protocol {{\n{options}\n}}" if options else "proxy_protocol"
    config = Lab.from_text(
        f"{{\nlayer4 {{\n:443 {{\nroute {{\n{block}\n}}\n@x remote_ip 198.51.100.0/24\n"
        "route @x {\necho\n}\n@h proxy_protocol\nroute @h {\nproxy a:1\n}\nroute {\nproxy b:1\n}\n"
        "}\n}\n}\n"
    )
    for words, wanted in (("ssh proxy_protocol=198.51.100.9:5", with_header), ("ssh", without)):
        client = clients.parse(f"{words} from=127.0.0.1")
        trace = config.connect("", client, decide_as=REAL)
        assert (trace.upstream or trace.outcome) == wanted


def test_a_full_buffer_closes():
    trace = lab("regexp ^x 65000").connect("", clients.Client(b"x" * 30000), decide_as=REAL)
    assert (trace.outcome, trace.why) == ("closed", "matching buffer is full")


def server(body: str) -> Lab:
    return Lab.from_text(f"{{\nlayer4 {{\n:443 {{\n{body}\n}}\n}}\n}}\n")


def test_bytes_that_were_read_come_again_behind_a_tee():
    behind = "@x regexp ^abab 4\nroute @x {\nproxy a:1\n}\n@y regexp ^abcd 4\nroute @y {\necho\n}"
    at_once = server("route {\ntee {\necho\n}\n}\n" + behind)
    later = server("@a regexp ^ab 2\nroute @a {\ntee {\necho\n}\n}\n" + behind)
    two, four = clients.Client(b"ab"), clients.Client(b"abcd")
    assert at_once.connect("", two, decide_as=REAL).outcome == "pending"
    assert at_once.connect("", four, decide_as=REAL).outcome == "echo"
    assert later.connect("", two, decide_as=REAL).upstream == "a:1"
    assert later.connect("", two).outcome == "pending"


@pytest.mark.parametrize(
    ("at", "outcome"), [(1, "proxy"), (4, "proxy"), (5, "closed"), (20, "closed")]
)
def test_a_proxy_line_must_come_in_one_piece(at, outcome):
    config = server("route {\nproxy_protocol\n}\n@s ssh\nroute @s {\nproxy a:1\n}")
    client = clients.parse("ssh proxy_protocol=198.51.100.9:5 proxy_version=1")
    cut = Cut((at,), 0.06)
    assert config.connect("", client, cut=cut, decide_as=REAL).outcome == outcome
    assert config.connect("", client, cut=cut).outcome == "proxy"


def test_behind_a_proxy_header_nothing_is_read_yet():
    """The last route is refuted by the first bytes read, and http is forgotten."""
    config = server(
        "route {\nproxy_protocol\n}\n@r remote_ip 198.51.100.0/24\nroute @r {\nsubroute {\n"
        "@h http\nroute @h {\nproxy a:1\n}\n@s ssh\nroute @s {\nproxy a:2\n}\n}\nproxy a:3\n}"
    )
    client = clients.parse("http a.example proxy_protocol=198.51.100.9:5")
    cut = Cut((28 + 5,), 0.06)
    assert config.connect("", client, cut=cut, decide_as=REAL).upstream == "a:3"
    assert config.connect("", client, cut=cut).upstream == "a:1"


def test_its_tls_handler_reads_the_header_of_a_record():
    config = server("route {\ntls\necho\n}")
    client = clients.Client(b"SSH-")
    assert config.connect("", client, decide_as=REAL).outcome == "pending"
    assert config.connect("", client).outcome == "tls"


def test_a_star_is_no_user():
    two = lab("postgres {\nuser *\n}", "postgres")
    assert two.connect("", clients.postgres("u"), decide_as=REAL).upstream == "a:2"
    assert two.connect("", clients.postgres("u")).upstream == "a:1"


def test_a_request_matcher_that_fails_closes():
    two = lab("http file {\ntry_files =404\n}", "http")
    assert two.connect("", clients.http("a"), decide_as=REAL).outcome == "closed"
    assert two.connect("", clients.http("a")).upstream == "a:2"


def test_a_request_has_no_address():
    two = lab("http remote_ip 192.0.2.0/24", "http not client_ip 192.0.2.0/24", "http")
    assert two.connect("", clients.http("a"), decide_as=REAL).upstream == "a:2"
    assert two.connect("", clients.http("a")).upstream == "a:1"

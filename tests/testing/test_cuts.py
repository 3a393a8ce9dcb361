"""Cuts: which are tried, and that one that matters is found and made small."""

import pytest

from caddylite.layer4.routing import SETTLE
from caddylite.testing import clients
from caddylite.testing.cuts import LONGER, SHORTER, all_cuts, try_cuts
from caddylite.testing.lab import OURS, REAL, Lab
from caddylite.testing.stream import Cut


def lab(*routes: str) -> Lab:
    lines = []
    for i, matcher in enumerate(routes):
        name = f"@m{i}" if matcher else ""
        if matcher:
            lines.append(f"@m{i} {matcher}")
        lines.append(f"route {name} {{\nproxy 127.0.0.1:{1000 + i}\n}}")
    return Lab.from_text("{\nlayer4 {\n:443 {\n" + "\n".join(lines) + "\n}\n}\n}\n")


TEN = lab("ssh", *(f"tls sni h{i}.example.com" for i in range(9)))


def test_every_cut_of_a_large_hello_over_ten_routes():
    client = clients.tls("h8.example.com", alpn=("x" * 240,), like="chrome")
    found = try_cuts(TEN, ":443", client)
    assert found.steady
    assert found.whole.upstream == "127.0.0.1:1009"
    cuts = list(all_cuts(client, found.whole))
    assert found.tried == len(cuts) + 1
    assert {c.at[0] for c in cuts if len(c.at) == 1} == set(range(1, len(client.data)))
    assert [c.at for c in cuts if c.name == "byte by byte"] == [tuple(range(1, len(client.data)))]
    assert {c.pause for c in cuts if len(c.at) == 1} >= {SHORTER, LONGER}
    assert SHORTER < SETTLE < LONGER


def test_record_boundaries_are_among_them():
    client = clients.tls("h8.example.com", records=3)
    found = try_cuts(TEN, ":443", client)
    assert found.steady
    assert any(c.name == "at record boundaries" and len(c.at) == 2
               for c in all_cuts(client, found.whole))  # fmt: skip


def test_what_is_inside_tls_is_cut_too():
    inside = Lab.from_text(
        "{\nlayer4 {\n:443 {\n@t tls\nroute @t {\ntls\nsubroute {\n@h http host a.b\nroute @h {\n"
        "proxy 127.0.0.1:80\n}\n}\n}\n}\n}\n}\n"
    )
    client = clients.parse("tls sni=a.b http=/")
    found = try_cuts(inside, ":443", client)
    assert found.steady
    assert found.whole.upstream == "127.0.0.1:80"
    assert {c.flight for c in all_cuts(client, found.whole)} == {0, 1}


def test_a_pause_that_lets_a_later_route_go_first_is_found():
    """A route that wants 20 bytes, and is not committed, loses against ssh after a pause."""
    two = lab("regexp ^SSH-2.0-OpenSSH_9 20", "ssh")
    found = try_cuts(two, ":443", clients.ssh())
    assert not found.steady
    assert found.whole.upstream == "127.0.0.1:1000"
    assert found.cut == Cut((4,), LONGER)
    assert found.other.upstream == "127.0.0.1:1001"
    assert "cut at 4 with 0.2 s between" in str(found)


def test_where_caddy_l4_depends_on_the_cut():
    """The example of its documentation: http, then tls."""
    both = lab("http", "tls")
    client = clients.http("a.b")
    found = try_cuts(both, ":443", client, REAL)
    assert (found.whole.outcome, found.other.outcome) == ("proxy", "closed")
    assert found.cut == Cut((5,))
    assert try_cuts(both, ":443", client, OURS).steady


def test_datagrams_are_not_cut():
    udp = Lab.from_text(
        "{\nlayer4 {\nudp/:53 {\n@d dns\nroute @d {\nproxy udp/127.0.0.1:5\n}\n}\n}\n}\n"
    )
    found = try_cuts(udp, "", clients.dns())
    assert found.tried == 1
    assert found.whole.upstream == "udp/127.0.0.1:5"


@pytest.mark.parametrize("words", ["silent", "bytes hex=00"])
def test_clients_with_little_to_cut(words):
    assert try_cuts(TEN, ":443", clients.parse(words)).steady

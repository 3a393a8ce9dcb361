"""What there was to see when routes were asked."""

import pytest

from caddylite.testing import clients
from caddylite.testing.lab import Lab
from caddylite.testing.render import to_text


def lab(*routes: str) -> Lab:
    lines = [
        f"@m{i} {m}\nroute @m{i} {{\nproxy 127.0.0.1:{i + 1}\n}}" for i, m in enumerate(routes)
    ]
    return Lab.from_text("{\nlayer4 {\n:443 {\n" + "\n".join(lines) + "\n}\n}\n}\n")


def look(lab: Lab, words: str):
    found = lab.connect(":443", clients.parse(words)).steps[0].look
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("routes", "words", "turns"),
    [
        # behind ssh's four bytes another route goes, until the first one's twenty are there
        (["regexp ^SSH-2.0-OpenSSH_9 20", "ssh"], "ssh", [4, 20]),
        (["ssh", "regexp ^SSH-2.0-OpenSSH_9 20"], "ssh", [4]),
        # a route that is committed keeps its place
        (["tls sni a.example", "tls"], "tls sni=b.example", []),
        (["tls sni a.example", "remote_ip 192.0.2.1"], "tls sni=b.example", [1, 5]),
    ],
)
def test_where_a_pause_lets_another_route_go(routes, words, turns):
    assert list(look(lab(*routes), words).turns()) == turns


def test_turns_are_counted_from_the_beginning_of_the_flight():
    behind = Lab.from_text(
        "{\nlayer4 {\n:443 {\nroute {\nproxy_protocol\n}\n@a regexp ^SSH-2.0-OpenSSH_9 20\n"
        "route @a {\nproxy 127.0.0.1:1\n}\n@b ssh\nroute @b {\nproxy 127.0.0.1:2\n}\n}\n}\n}\n"
    )
    client = clients.parse("ssh proxy_protocol=192.0.2.7:5")
    header = len(client.data) - len(clients.ssh().data)
    steps = behind.connect(":443", client).steps
    (inside,) = [s.look for s in steps if s.look is not None and s.look.first == 1]
    assert list(inside.turns()) == [header + 4, header + 20]


def test_the_bytes_are_those_of_then():
    """A PROXY header that is eaten later is still there to be looked at."""
    first = lab("proxy_protocol", "ssh")
    seen = look(first, "ssh proxy_protocol=192.0.2.7:5")
    assert [r.status for r in seen.reports] == ["matched", "refuted"]
    assert seen.undecided() == []


def test_which_sets_of_a_route_match():
    both = Lab.from_text(
        "{\nlayer4 {\n:443 {\n@a ssh\n@b rdp\n@c remote_ip 192.0.2.0/24\n"
        "route @a @b @c {\necho\n}\n}\n}\n}\n"
    )
    assert look(both, "ssh").alternatives(0) == [0, 2]
    assert look(both, "rdp from=10.0.0.1").alternatives(0) == [1]


def test_neighbours_in_a_long_list_are_one_row():
    many = lab(*(f"tls sni h{i}.example" for i in range(40)))
    text = to_text(many.connect(":443", clients.tls("h7.example")))
    rows = [line.split("  ")[1:3] for line in text.splitlines() if " route" in line]
    assert [" ".join(r).strip(" >") for r in rows] == ["routes 0-6", "route 7", "routes 8-39"]
    waiting = many.connect(":443", clients.parse("bytes hex=16"))
    assert "routes 0, 1, 2, 3, 4, 5, 6, 7 and 32 more are undecided" in waiting.why


def test_a_list_of_names_is_read_in_linear_time(monkeypatch):
    """However many routes there are, each beginning of the hello is read once."""
    from caddylite.layer4 import peeked

    read, calls = peeked.clienthello.read, []
    monkeypatch.setattr(peeked.clienthello, "read", lambda *a: calls.append(1) or read(*a))
    many = lab(*(f"tls sni h{i}.example" for i in range(300)))
    trace = many.connect(":443", clients.tls("h299.example"))
    calls.clear()
    assert len(trace.steps[0].routes) == 300
    assert len(calls) < 50

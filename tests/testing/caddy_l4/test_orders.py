"""In which order the matchers of a set are asked is left to chance in Go."""

from math import factorial

import pytest

from caddylite.testing import clients
from caddylite.testing.caddy_l4.orders import possible
from caddylite.testing.lab import Lab


def lab(*sets: str, more: str = "") -> Lab:
    lines = []
    for i, matchers in enumerate(sets):
        lines.append(f"@m{i} {{\n{matchers}\n}}\nroute @m{i} {{\nproxy a:{i + 1}\n}}")
    return Lab.from_text("{\nlayer4 {\n:443 {\n" + "\n".join(lines) + more + "\n}\n}\n}\n")


def ends(config: Lab, client: clients.Client) -> list[str]:
    return [trace.upstream or trace.outcome for trace in possible(config, "", client)]


def test_a_name_is_there_or_not():
    two = lab("tls\nvars {l4.tls.server_name} a.example", "tls")
    assert sorted(ends(two, clients.tls("a.example"))) == ["a:1", "a:2"]
    assert two.connect("", clients.tls("a.example")).upstream == "a:1"


def test_what_refutes_may_come_behind_what_waits():
    """A greeting of four bytes: http wants a line, and ssh would have said no."""
    config = lab("http\nssh", "socks5")
    client = clients.Client(b"\x05\x02\0\1")
    assert set(ends(config, client)) == {"a:2"}
    alone = lab("http\nssh")
    assert sorted(ends(alone, client)) == ["closed", "pending"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_order_is_tried_once(count):
    names = ("ssh", "xmpp", "winbox")[:count]
    found = ends(lab("\n".join(names)), clients.ssh())
    assert len(found) == factorial(count)


def test_sets_within_not_and_in_subroutes_too():
    more = "\nroute {\nsubroute {\n@s {\nssh\nregexp ^SSH\n}\nroute @s {\necho\n}\n}\n}"
    config = lab("not {\nssh\nxmpp\n}", more=more)
    assert len(ends(config, clients.Client(b"SSH-2.0-x\r\n" + bytes(50)))) in (2, 4)


def test_there_is_an_end_to_it():
    sets = ["ssh\nxmpp\nwinbox\nsocks4\nsocks5", "rdp\npostgres\ndns\nhttp"]
    assert len(ends(lab(*sets), clients.Client(bytes(400)))) == 64

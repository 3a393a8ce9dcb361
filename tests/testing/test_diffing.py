"""Two configs side by side, proven by brute force with random configs and clients."""

from ipaddress import ip_address, ip_network
from random import Random

import pytest

from caddylite.testing import clients
from caddylite.testing.diffing import compare, ending, joined
from caddylite.testing.lab import Lab
from caddylite.testing.vocabulary import collect

NAMES = ["a.example", "b.example", "*.example", "c.d.example", "*.d.example"]
ALPN = ["h2", "http/1.1", "acme-tls/1"]
RANGES = ["10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "2001:db8::/32"]
MATCHERS = [
    *(f"tls sni {n}" for n in NAMES),
    *(f"tls alpn {p}" for p in ALPN),
    *(f"remote_ip {r}" for r in RANGES),
    "tls", "ssh", "http", "http host a.example", "not tls", "not remote_ip 10.0.0.0/8",
]  # fmt: skip


def config(chance: Random) -> str:
    lines = []
    for i in range(chance.randint(1, 4)):
        inside = "\n".join({m.split()[0]: m for m in chance.sample(MATCHERS, 2)}.values())
        lines.append(
            f"@m{i} {{\n{inside}\n}}\nroute @m{i} {{\nproxy 127.0.0.1:{chance.randint(1, 3)}\n}}"
        )
    return "{\nlayer4 {\n:443 {\n" + "\n".join(lines) + "\n}\n}\n}\n"


def some_client(chance: Random):
    """A client, and what the matchers can tell of it."""
    name = chance.choice(["", "a.example", "b.example", "x.example", "c.d.example", "y.d.example",
                          "example", "other.test", "q.c.d.example"])  # fmt: skip
    alpn = tuple(
        sorted(chance.sample(["h2", "http/1.1", "acme-tls/1", "h3", "foo"], chance.randint(0, 3)))
    )
    source = chance.choice(["10.2.3.4", "10.1.2.3", "192.0.2.77", "2001:db8::5", "8.8.4.4", "::5"])
    kind = chance.choice(["tls", "tls", "tls", "http", "ssh"])
    if kind == "tls":
        client = clients.tls(name, alpn, like=chance.choice(["openssl", "gnutls"]))
    else:
        client = clients.http(name or "none") if kind == "http" else clients.ssh()
    return client.coming_from(source)


def told_apart(client, said) -> tuple:
    """The class of a client: what the mentioned names, protocols and ranges are to it."""
    starts = {b"\x16": "tls", b"S": "ssh", b"G": "http"}
    kind = starts.get(client.data[:1], "other")
    name = client.server_name
    if kind == "http":
        name = client.data.split(b"Host: ")[1].split(b"\r\n")[0].decode()
    source = ip_address(client.remote[0])
    ranges = [ip_network(r) for r in said.ranges]
    return (
        kind,
        frozenset(p for p in said.names if matches(p, name)) if name else frozenset(),
        frozenset(client.alpn) & said.alpn if kind == "tls" else frozenset(),
        frozenset(str(r) for r in ranges if r.version == source.version and source in r),
    )


def matches(pattern: str, name: str) -> bool:
    if pattern.startswith("*."):
        return bool(name) and name.partition(".")[2] == pattern[2:]
    return pattern == name


@pytest.mark.parametrize("seed", range(6))
def test_witnesses_change_and_nobody_else_does(seed):
    chance = Random(seed)
    old, new = Lab.from_text(config(chance)), Lab.from_text(config(chance))
    changes = list(compare(old, new))
    said = collect(old.config).join(collect(new.config))
    for change in changes:
        before = old.connect(":443", change.candidate.client, detail=False)
        after = new.connect(":443", change.candidate.client, detail=False)
        assert (ending(before), ending(after)) == change.words
        assert ending(before) != ending(after)
    listed = {told_apart(c.candidate.client, said) for c in changes}
    surprises = []
    for _ in range(2000):
        client = some_client(chance)
        changed = ending(old.connect(":443", client, detail=False)) != ending(
            new.connect(":443", client, detail=False)
        )
        if changed and told_apart(client, said) not in listed:
            surprises.append(told_apart(client, said))
    assert not surprises


def test_a_config_does_not_differ_from_itself():
    text = config(Random(7))
    assert not list(compare(Lab.from_text(text), Lab.from_text("# moved\n\n" + text)))


def test_a_listener_that_goes_away_and_a_group():
    one = Lab.from_text("{\nlayer4 {\n:1 {\nroute {\necho\n}\n}\n}\n}\n")
    two = Lab.from_text("{\nlayer4 {\n:2 {\nroute {\necho\n}\n}\n}\n}\n")
    groups = {(a, b, c): len(found) for a, b, c, found in joined(list(compare(one, two)))}
    assert {k[:1] + k[1:] for k in groups} >= {
        (":1", "echo", "nothing listens"),
        (":2", "nothing listens", "echo"),
    }

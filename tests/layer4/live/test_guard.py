import pytest

from caddylite.layer4.live.guard import inner_kind
from tests.layer4.routes import hello, request
from tests.runtime.test_tree import tls


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.8.9.1", "loopback"),
        ("::1", "loopback"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("fd00::1", "private"),
        ("fec0::1", "private"),
        ("169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("255.255.255.255", "private"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:127.0.0.1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("::7f00:1", "reserved"),
    ],
)
def test_inner_addresses(host, kind):
    assert inner_kind((host, 80)) == f"{kind} address"


@pytest.mark.parametrize(
    "host", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses(host):
    assert inner_kind((host, 80)) == ""


def test_what_is_no_address():
    assert inner_kind("/run/docker.sock") == "Unix socket"
    assert inner_kind(("nonsense", 1)) == "malformed address"


def proxy(*dial, **more):
    return {"handler": "proxy", "upstreams": [{"dial": list(dial)}], **more}


def refused(world):
    (record,) = world.said("refused to dial")
    return record["error"]


@pytest.fixture
def loopback_is_public(monkeypatch):
    """Backends of tests live on 127.0.0.1; 127.0.0.2 is an inner address still."""
    import caddylite.layer4.live.proxy as module

    monkeypatch.setattr(
        module, "inner_kind", lambda a: "" if a[0] == "127.0.0.1" else inner_kind(a)
    )


def by_name(up, **more):
    return {"match": [{"tls": {}}], "handle": [proxy(f"{{l4.tls.server_name}}:{up.port}", **more)]}


def test_a_private_address_named_by_the_client_is_not_dialled(world):
    up = world.backend()
    where = world.serve(by_name(up, load_balancing={"try_duration": "1m"}))
    world.names.known = {"evil.example": ["127.0.0.1"]}
    client = world.client(where)
    world.send(client, hello("evil.example"))
    assert world.closed(client)
    assert up.untouched()
    assert refused(world) == f"127.0.0.1:{up.port} is a loopback address, named by the client"
    assert world.house.refused_dials == 1
    assert not world.said("handling connection")


def test_a_refusal_is_no_failure_of_the_upstream(world):
    up = world.backend()
    checks = {"passive": {"fail_duration": "1m", "max_fails": 1}}
    where = world.serve(by_name(up, health_checks=checks))
    world.names.known = {"evil.example": ["127.0.0.1"]}
    for _ in range(2):
        client = world.client(where)
        world.send(client, hello("evil.example"))
        assert world.closed(client)
    assert len(world.said("refused to dial")) == 2
    assert world.house.refused_dials == 2


@pytest.mark.parametrize("why", ["allowed", "bounded"])
def test_the_config_may_want_it(world, why):
    up = world.backend()
    route = by_name(up, **({"allow_private": True} if why == "allowed" else {}))
    if why == "bounded":
        route["match"] = [{"tls": {"sni": ["*.example"]}}]
    world.names.known = {"in.example": ["127.0.0.1"]}
    client = world.client(world.serve(route))
    world.send(client, hello("in.example"))
    assert world.receive(up.take(), len(hello("in.example"))) == hello("in.example")
    assert not world.said("refused to dial")


def test_the_address_that_was_looked_at_is_the_one_dialled(world, loopback_is_public):
    up = world.backend()
    where = world.serve(by_name(up))
    world.names.known = {"x.example": ["127.0.0.2", "127.0.0.1"]}
    client = world.client(where)
    world.send(client, hello("x.example"))
    assert world.receive(up.take(), len(hello("x.example"))) == hello("x.example")
    assert world.names.asked == ["x.example"]  # nobody could answer otherwise a second time


def test_our_own_listeners_are_none_of_the_clients_business(fast_world, loopback_is_public):
    world = fast_world
    inner = world.serve({"handle": [{"handler": "echo"}]})
    handler = proxy(f"{{l4.http.host}}:{inner[1]}")
    client = world.client(world.serve({"match": [{"http": []}], "handle": [handler]}))
    world.send(client, request("127.0.0.1"))
    assert world.closed(client)
    assert "is a listener of this program" in refused(world)


def test_an_address_itself_or_a_socket_may_be_named(world, tmp_path):
    up = world.backend()
    handlers = [proxy(f"{{l4.http.host}}:{up.port}"), proxy(f"unix/{tmp_path}/{{l4.http.host}}")]
    for handler, word in zip(handlers, ("loopback address", "Unix socket"), strict=True):
        world.records.clear()
        client = world.client(world.serve({"match": [{"http": []}], "handle": [handler]}))
        world.send(client, request("127.0.0.1"))
        assert world.closed(client)
        assert word in refused(world)
    assert up.untouched()


def test_one_of_several_upstreams_at_once(world):
    up, other = world.backend(), world.backend()
    handler = proxy(other.dial, f"{{l4.tls.server_name}}:{up.port}")
    where = world.serve({"match": [{"tls": {}}], "handle": [handler]})
    world.names.known = {"evil.example": ["127.0.0.1"]}
    client = world.client(where)
    world.send(client, hello("evil.example"))
    assert world.closed(client)
    assert up.untouched()
    assert other.untouched()
    assert "loopback" in refused(world)


def test_fixed_addresses_are_the_configs(world):
    up = world.backend()
    where = world.serve(tls("a", proxy(f"db.lan:{up.port}")))
    world.names.known = {"db.lan": ["127.0.0.1"]}
    client = world.client(where)
    world.send(client, hello("a"))
    assert world.receive(up.take(), len(hello("a"))) == hello("a")

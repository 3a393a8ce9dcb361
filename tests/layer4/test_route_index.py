"""The look-ups give the answers of the plain walk, for random routes and random clients."""

from hypothesis import given, settings
from hypothesis import strategies as st

from caddylite.layer4.routing import Router
from tests.layer4.routes import connection, hello, recordings, request, routes

NAMES = ["a.example", "b.example", "x.a.example", "*.example", "*.a.example", "*.*.example", "*"]
ASKED = ["a.example", "B.EXAMPLE", "x.a.example", "y.z.example", "q", None]
PROTOCOLS = ["h2", "http/1.1", "acme-tls/1"]
RANGES = ["192.0.2.1", "192.0.2.0/24", "10.0.0.0/8", "::/0", "2001:db8::1", "0.0.0.0/0"]
HOSTS = ["192.0.2.1", "192.0.2.7", "10.1.2.3", "2001:db8::1", ""]


def some(values, least=0):
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True)


tls = st.fixed_dictionaries(
    {},
    optional={
        "sni": some(NAMES),
        "alpn": some(PROTOCOLS),
        "remote_ip": st.fixed_dictionaries({}, optional={"ranges": some(RANGES, 1)}),
    },
)
addresses = st.fixed_dictionaries({"ranges": some(RANGES)})
plain_set = st.fixed_dictionaries(
    {}, optional={"tls": tls, "remote_ip": addresses, "local_ip": addresses}
)
matcher_set = st.fixed_dictionaries(
    {},
    optional={
        "tls": tls,
        "remote_ip": addresses,
        "local_ip": addresses,
        "not": st.lists(plain_set, max_size=2),
        "ssh": st.just({}),
        "dns": st.just({}),
    },
)
route_lists = st.lists(st.lists(matcher_set, max_size=3), max_size=8)
clients = st.one_of(
    st.builds(
        lambda name, alpn: hello(name, *alpn),
        st.sampled_from(ASKED),
        st.just(()) | some(PROTOCOLS),
    ),
    st.sampled_from(list(recordings().values())),
    st.sampled_from([b"", request("a"), b"SSH-2.0-x\r\n", b"\x16\x03\x01\x00\x04\x02\0\0\0"]),
    st.binary(max_size=30),
)


@settings(max_examples=500, deadline=None)
@given(route_lists, clients, st.data(), st.sampled_from(HOSTS), st.sampled_from(HOSTS))
def test_the_index_decides_as_the_walk_does(lists, data, draw, remote, local):
    list_ = routes(*lists)
    plain, indexed = Router(list_, index=False), Router(list_)
    sizes = draw.draw(st.lists(st.integers(0, len(data)), max_size=3))
    memo = {}
    for size in sorted({0, len(data), *sizes}):
        first = draw.draw(st.integers(0, len(list_)))
        seen = data[:size]
        cx = connection(remote, local)
        assert indexed.decide(cx, seen, first, memo) == plain.decide(cx, seen, first)
        assert indexed.settle(cx, seen, first, memo) == plain.settle(cx, seen, first)


def test_many_names_are_one_look_up():
    asked = []

    def status(self, p, real=None):
        asked.append(self.index)
        return original(self, p)

    from caddylite.layer4.routing import CompiledRoute

    names = [{"tls": {"sni": [f"n{i}.example"]}} for i in range(2000)]
    router = Router(routes(*names, {"ssh": {}}, None))
    original = CompiledRoute.status
    CompiledRoute.status = status
    try:
        assert router.decide(connection(), hello("n1500.example")) == 1500
        assert router.decide(connection(), hello("other.example")) == 2001
        assert router.decide(connection(), b"SSH-2.0-x\r\n") == 2000
        assert router.decide(connection(), b"") == -2
        assert len(asked) <= 8
    finally:
        CompiledRoute.status = original


def test_a_placeholder_is_set_as_by_the_matcher():
    cx = connection()
    router = Router(routes({"tls": {"sni": ["a.example"]}}))
    for _ in range(2):
        cx.placeholders.clear()
        assert router.decide(cx, hello("a.example")) == 0
        assert cx.lookup("l4.tls.server_name") == "a.example"
        assert cx.lookup("l4.tls.version") == "tls1.2"


def test_names_with_placeholders_are_asked_each_time(monkeypatch):
    monkeypatch.setenv("NAME", "a.example")
    router = Router(routes({"tls": {"sni": ["{env.NAME}"]}}))
    assert router.decide(connection(), hello("a.example")) == 0
    monkeypatch.setenv("NAME", "b.example")
    assert router.decide(connection(), hello("a.example")) == -1

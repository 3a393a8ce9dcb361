"""Looking names up finds the same shadowed routes as comparing each route with each."""

from hypothesis import given, settings
from hypothesis import strategies as st

from caddylite.testing.lint import look
from caddylite.testing.lint.covering import route_covers
from caddylite.testing.lint.rules.order import keeps, shadows
from tests.testing.lint.configs import server

NAMES = st.lists(st.sampled_from(["a.x", "b.x", "A.x", "*.x", "a.y"]), min_size=1, max_size=2)
MATCHERS = st.one_of(
    st.builds(lambda n: f"tls sni {' '.join(n)}", NAMES),
    st.builds(lambda n: f"http host {' '.join(n)}", NAMES),
    st.sampled_from(["tls", "http", "ssh", "tls alpn h2", "remote_ip 10.0.0.0/8"]),
)
SETS = st.one_of(
    MATCHERS, st.builds(lambda m: f"{{\n{m}\nremote_ip 10.1.0.0/16\n}}", MATCHERS)
).filter(lambda s: s.count("remote_ip") < 2)
ROUTES = st.lists(st.tuples(SETS, st.sampled_from(["echo", "echo", "echo", "tls", "vars a b"])))


def naive(routes):
    start, found = 0, []
    for number, route in enumerate(routes):
        if "tls" in [h.name for h in route.handle]:
            start = number + 1
            continue
        takes = (n for n in range(start, number) if keeps(routes[n]))
        earlier = next((n for n in takes if route_covers(routes[n], route)), None)
        if earlier is not None:
            found.append((number, earlier))
    return found


@settings(deadline=None)
@given(ROUTES)
def test_the_same_routes_are_found(given):
    lines = [f"@r{n} {m}\nroute @r{n} {{\n{h}\n}}" for n, (m, h) in enumerate(given)]
    view = look(server("\n".join(lines)), "Caddyfile", True)
    assert view.error is None
    assert list(shadows(view.lists[0])) == naive(view.lists[0].routes)

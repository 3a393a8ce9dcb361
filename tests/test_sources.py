"""Where routes and handlers were written, through imports and snippets too."""

from caddylite import sources
from caddylite.adapt.compile import from_caddyfile
from caddylite.errors import Span

TEXT = """{
	layer4 {
		:443 {
			@a ssh
			route @a {
				vars a b
				proxy 127.0.0.1:22
			}
			route {
				subroute {
					route {
						echo
					}
				}
			}
		}
	}
}
(hello) {
	respond hi
}
a.example {
	import hello
	handle /x {
		reverse_proxy 127.0.0.1:80
	}
}
"""


def lines(routes, known, depth=0):
    for route in routes:
        yield known.at(route).line if known.at(route) else None
        for handler in route.handle:
            yield known.at(handler).line if known.at(handler) else None
            yield from lines(getattr(handler, "routes", ()), known)


def test_layer4_routes_and_handlers():
    with sources.collect() as known:
        config, _ = from_caddyfile(TEXT)
    routes = config.apps["layer4"].servers["srv0"].routes
    assert list(lines(routes, known)) == [5, 6, 7, 9, 10, 11, 12]


def test_http_handlers_and_snippets():
    with sources.collect() as known:
        config, _ = from_caddyfile(TEXT)
    found = set(lines(config.apps["http"].servers["srv0"].routes, known))
    assert {20, 24, 25} <= found


def test_nothing_is_kept_if_nobody_asks():
    assert not sources.collecting()
    config, _ = from_caddyfile(TEXT)
    known = sources.Sources()
    assert known.at(config) is None
    sources.note(config, Span("x", 1))
    assert known.at(config) is None


def test_the_first_place_counts():
    known, value = sources.Sources(), object()
    known.note(value, Span("x", 1))
    known.note(value, Span("x", 2))
    assert known.at(value) == Span("x", 1)

"""Where the parts of a config stand, in JSON and in a Caddyfile."""

from caddylite import sources
from caddylite.adapt.compile import from_caddyfile, from_json
from caddylite.testing.source_map import JsonSources

JSON = """{
 "apps": {"layer4": {"servers": {"a": {
  "listen": [":443"],
  "routes": [
   {"match": [{"tls": {"sni": ["x.example"]}}],
    "handle": [
     {"handler": "tls"},
     {"handler": "echo"}]}
  ]}}}}
}
"""
CADDYFILE = """{
	layer4 {
		:443 {
			@a tls sni x.example
			route @a {
				tls
				echo
			}
		}
	}
}
"""


def test_routes_matchers_and_handlers_of_json_have_a_line():
    config = from_json(JSON, "c.json")
    places = JsonSources(config, JSON, "c.json")
    route = config.apps["layer4"].servers["a"].routes[0]
    asked = [route, route.match[0], route.match[0]["tls"], *route.handle]
    assert [places.at(v).line for v in asked] == [5, 5, 5, 7, 8]
    assert places.at(route.handle[1]).column == 6
    assert places.at(object()) is None


def test_routes_matchers_and_handlers_of_a_caddyfile_have_a_line():
    with sources.collect() as places:
        config, _ = from_caddyfile(CADDYFILE)
    server = config.apps["layer4"].servers["srv0"]
    route = server.routes[0]
    asked = [server, route, route.match[0], route.match[0]["tls"], *route.handle]
    assert [places.at(v).line for v in asked] == [3, 5, 4, 4, 6, 7]

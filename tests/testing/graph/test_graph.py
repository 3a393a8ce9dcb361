"""The graph of a config, the way of a client in it, and its pictures."""

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from click.testing import CliRunner

from caddylite.cli.graph import command
from caddylite.testing.clients.spec import parse
from caddylite.testing.graph import build, dot, mermaid, svg
from caddylite.testing.graph.layout import lay_out
from caddylite.testing.lab import Lab

CONFIG = """{
	servers :443 {
		listener_wrappers {
			proxy_protocol {
				allow 10.0.0.0/8
			}
			layer4 {
				@vpn tls sni vpn.example
				@ssh ssh
				route @vpn {
					proxy {
						proxy_protocol v2
						upstream 127.0.0.1:4443
					}
				}
				route @ssh {
					subroute {
						@in remote_ip 10.0.0.0/8
						route @in {
							proxy 10.0.0.5:22
						}
					}
				}
			}
			tls
		}
	}
	layer4 {
		:9443 {
			route {
				proxy localhost:443
			}
		}
	}
}
web.example {
	reverse_proxy 127.0.0.1:8080
}
"""


@pytest.fixture(scope="module")
def lab():
    return Lab.from_text(CONFIG)


def taken(lab, client, listen=":443"):
    graph = build(lab, lab.connect(listen, parse(client)))
    return [graph.nodes[id_].label for id_ in graph.path]


def test_everything_is_there_once(lab):
    graph = build(lab)
    labels = [n.label for n in graph.nodes.values()]
    for wanted in (":443", "proxy_protocol", "layer4", "tls", "route 0 tls sni vpn.example",
                   "proxy proxy_protocol v2", "127.0.0.1:4443", "subroute", "10.0.0.5:22",
                   "web.example reverse_proxy", "127.0.0.1:8080", ":9443"):  # fmt: skip
        assert labels.count(wanted) == 1, wanted


def test_an_upstream_that_is_our_own_listener_leads_there(lab):
    assert ("to localhost:443", "listen :443") in build(lab).edges


def test_places_are_lines_of_the_caddyfile(lab):
    graph = build(lab)
    assert {n.label: n.at for n in graph.nodes.values()}["127.0.0.1:4443"] == ""
    assert graph.nodes["srv0-wrapper/0"].at == "Caddyfile:10"


def test_the_way_of_a_client_through_a_route(lab):
    way = taken(lab, "tls vpn.example")
    assert way == [
        ":443", "proxy_protocol", "layer4", "route 0 tls sni vpn.example",
        "proxy proxy_protocol v2", "127.0.0.1:4443",
    ]  # fmt: skip


def test_the_way_of_a_client_into_a_subroute(lab):
    way = taken(lab, "ssh from=10.1.2.3 patience=1")
    assert "subroute" in way
    assert way[-1] == "10.0.0.5:22"


def test_the_way_of_a_client_that_falls_through_to_a_site(lab):
    way = taken(lab, "tls web.example")
    assert way[-1].startswith("web.example")
    assert "tls" in way


def test_the_way_is_joined(lab):
    graph = build(lab, lab.connect(":443", parse("tls vpn.example")))
    assert ("srv0-wrapper/0.0:proxy", "to 127.0.0.1:4443") in graph.lit_edges()
    reached = {t for _, t in graph.lit_edges()} | {"listen :443"}
    assert set(graph.path) <= reached


def test_boxes_do_not_overlap_and_edges_go_right(lab):
    graph = build(lab)
    layout = lay_out(graph)
    for one, other in combinations(layout.boxes.values(), 2):
        apart = (
            one.x + one.width <= other.x or other.x + other.width <= one.x
            or one.y + one.height <= other.y or other.y + other.height <= one.y
        )  # fmt: skip
        assert apart
    for source, target in graph.edges:
        back = (source, target) == ("to localhost:443", "listen :443")
        assert back or layout.boxes[source].layer < layout.boxes[target].layer


def test_a_loop_is_drawn():
    loop = Lab.from_text("{\nlayer4 {\n:443 {\nroute {\nproxy localhost:443\n}\n}\n}\n}\n")
    assert "<svg" in svg.write(build(loop))


def test_svg_is_xml_with_every_word_and_the_path_marked(lab):
    graph = build(lab, lab.connect(":443", parse("tls vpn.example")))
    root = ET.fromstring(svg.write(graph))
    words = {e.text for e in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {line for n in graph.nodes.values() for line in n.lines} <= words
    marked = [e for e in root.iter() if e.get("class", "").endswith(" t")]
    assert len(marked) == len(graph.lit_edges()) + len(set(graph.path))


def test_dot_and_mermaid_name_every_node(lab):
    graph = build(lab, lab.connect(":443", parse("tls vpn.example")))
    in_dot, in_mermaid = dot.write(graph), mermaid.write(graph)
    assert in_dot.count("shape=") == len(graph.nodes)
    assert in_dot.count(" -> ") == len(graph.edges)
    assert in_dot.count("color=red") == len(graph.lit_edges()) + len(set(graph.path))
    arrows = in_mermaid.count(" --> ") + in_mermaid.count("-.->")
    assert arrows == len(graph.edges)
    assert "linkStyle" in in_mermaid


def test_text_is_escaped():
    config = '{\nlayer4 {\n:1 {\n@a regexp `"<&>\\d`\nroute @a {\necho\n}\n}\n}\n}\n'
    graph = build(Lab.from_text(config))
    ET.fromstring(svg.write(graph))
    assert r"\"<&>\\d" in dot.write(graph)
    assert "&quot;&lt;&amp;&gt;" in mermaid.write(graph)


@pytest.mark.parametrize(
    ("flags", "begins"),
    [
        ([], "flowchart LR"),
        (["-f", "dot"], "digraph"),
        (["-f", "svg"], "<svg"),
        (["-l", ":443", "tls", "vpn.example"], "flowchart LR"),
    ],
)
def test_the_command(tmp_path, flags, begins):
    (tmp_path / "Caddyfile").write_text(CONFIG)
    done = CliRunner().invoke(command, ["-c", str(tmp_path / "Caddyfile"), *flags])
    assert done.exit_code == 0
    assert done.output.startswith(begins)


def test_the_output_file_says_the_form(tmp_path):
    (tmp_path / "Caddyfile").write_text(CONFIG)
    to = tmp_path / "x.svg"
    CliRunner().invoke(command, ["-c", str(tmp_path / "Caddyfile"), "-o", str(to)])
    assert to.read_text().startswith("<svg")

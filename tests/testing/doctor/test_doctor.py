"""What the doctor says about set-ups that are right, and about each that is not."""

import json

import pytest
from click.testing import CliRunner

from caddylite.cli.doctor import command
from caddylite.testing.doctor import FAIL, INFO, OK, WARN, OcservConf, examine
from caddylite.testing.lab import Lab

CONFIG = """{
	servers :443 {
%s
		listener_wrappers {
			layer4 {
				@vpn tls sni vpn.example
				route @vpn {
%s
					proxy {
%s
						upstream %s
					}
				}
			}
			tls
		}
	}
%s
}
www.example {
	respond www
}
"""
RIGHT = """tcp-port = 4443
udp-port = 4443  # DTLS
listen-proxy-proto = true
server-cert = "/nowhere/cert.pem"
dpd = 20
try-mtu-discovery = true
max-ban-score = 80
[vhost:other.example]
server-cert = other.pem
"""


def caddyfile(*, header="proxy_protocol v2", tls="", to="127.0.0.1:4443", http="", more=""):
    return CONFIG % (http, tls, header, to, more)


def ask(config, conf=RIGHT, name="vpn.example"):
    parsed = OcservConf.parse(conf) if conf is not None else None
    return {(a.about, a.status) for a in examine(Lab.from_text(config), name, parsed)}


def test_a_right_set_up():
    said = ask(caddyfile())
    assert {s for _, s in said} == {OK, WARN, INFO}
    assert {a for a, s in said if s == WARN} == {"no name"}
    assert {("route", OK), ("TLS", OK), ("other names", OK), ("PROXY protocol", OK),
            ("address", OK), ("DTLS", OK), ("certificate", INFO), ("MTU", OK)} <= said  # fmt: skip


FORWARD = "layer4 {\nudp/:4443 {\n%s\nroute {\nproxy udp/127.0.0.1:4443\n}\n}\n}"
LOCAL = RIGHT + "listen-host = 127.0.0.1\n"


@pytest.mark.parametrize(
    ("config", "conf", "wanted"),
    [
        (caddyfile(header=""), RIGHT, ("PROXY protocol", FAIL)),
        (caddyfile(), RIGHT.replace("true", "false"), ("PROXY protocol", FAIL)),
        (caddyfile(header=""), RIGHT.replace("true", "false"), ("PROXY protocol", WARN)),
        (caddyfile(), None, ("PROXY protocol", INFO)),
        (caddyfile(tls="tls"), RIGHT, ("TLS", FAIL)),
        (caddyfile(to="127.0.0.1:4444"), RIGHT, ("address", FAIL)),
        (caddyfile(to="localhost:443"), RIGHT, ("address", FAIL)),
        (caddyfile(to="ocserv:443"), RIGHT, ("address", INFO)),
        (caddyfile(), RIGHT.replace("udp-port = 4443", "udp-port = 443"), ("DTLS", FAIL)),
        (caddyfile(http="protocols h1 h2"), RIGHT.replace("udp-port = 4443", "udp-port = 443"),
         ("DTLS", OK)),
        (caddyfile(), RIGHT.replace("udp-port = 4443", ""), ("DTLS", OK)),
        (caddyfile(), RIGHT.replace("[vhost", "listen-host = 127.0.0.1\n[vhost"), ("DTLS", FAIL)),
        (caddyfile(more=FORWARD % ""), RIGHT.replace("dpd = 20", "dpd = 90"), ("DTLS", WARN)),
        (caddyfile(), None, ("DTLS", WARN)),
        (caddyfile(), RIGHT.replace("try-mtu-discovery = true", ""), ("MTU", WARN)),
        (caddyfile(), RIGHT.replace("server-cert = \"/nowhere/cert.pem\"", ""),
         ("certificate", FAIL)),
        (caddyfile(), RIGHT + "listen-proxy-proto = true\n", ("PROXY protocol", WARN)),
        (caddyfile(), "camouflage = true\n" + RIGHT, ("camouflage", OK)),
        (caddyfile(), RIGHT.replace("dpd = 20", "dpd = often"), ("ocserv.conf", FAIL)),
    ],
)  # fmt: skip
def test_each_mistake_is_named(config, conf, wanted):
    assert wanted in ask(config, conf)


def test_an_association_that_outlives_the_silence_is_right():
    assert ("DTLS", WARN) not in ask(caddyfile(more=FORWARD % ""))
    longer = caddyfile(more=FORWARD % "idle_timeout 5m")
    assert ("DTLS", WARN) not in ask(longer, RIGHT.replace("dpd = 20", "dpd = 90"))


def test_a_name_that_no_route_has():
    assert ask(caddyfile(), name="www.example") == {("route", FAIL)}


def test_the_certificate_is_read(tmp_path):
    from caddylite.testing.ocserv import self_signed

    for name, status in (("vpn.example", OK), ("other.example", FAIL)):
        certificate, _ = self_signed(name)
        (tmp_path / "cert.pem").write_bytes(certificate)
        conf = OcservConf.parse(
            RIGHT.replace("/nowhere/cert.pem", "cert.pem"), str(tmp_path / "ocserv.conf")
        )
        said = {a.about: a for a in examine(Lab.from_text(caddyfile()), "vpn.example", conf)}
        assert said["certificate"].status == status


def test_the_conf_is_read_with_its_lines():
    conf = OcservConf.parse(RIGHT)
    assert conf.number("udp-port") == 4443
    assert conf.on("listen-proxy-proto")
    assert conf.get("server-cert") == "/nowhere/cert.pem"
    assert conf.at("dpd") == "ocserv.conf:5"
    assert conf.vhosts == {"other.example": {"server-cert": "other.pem"}}


def test_the_command(tmp_path):
    (tmp_path / "Caddyfile").write_text(caddyfile(header=""))
    (tmp_path / "ocserv.conf").write_text(RIGHT)
    flags = ["-c", str(tmp_path / "Caddyfile"), "--vpn", "vpn.example"]
    alone = CliRunner().invoke(command, flags)
    assert alone.exit_code == 0
    assert "ocserv.conf must say listen-proxy-proto = false" in alone.output
    both = [*flags, "--ocserv-conf", str(tmp_path / "ocserv.conf")]
    assert CliRunner().invoke(command, both).exit_code == 1
    printed = json.loads(CliRunner().invoke(command, [*both, "--json"]).output)
    assert {"about", "status", "text", "todo", "at"} == printed[0].keys()

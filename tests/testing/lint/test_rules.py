"""Each rule with a config that it is for, and a like one that it must leave alone."""

import re
from pathlib import Path

import pytest

from caddylite.testing.lint import all_rules, lint
from tests.testing.lint.configs import (
    PP,
    ROUTE,
    SITE,
    A,
    dial,
    hop,
    one,
    server,
    two,
    wrapper,
)  # fmt: skip
from tests.testing.lint.test_rule_limits import CASES as LIMITS

SAMPLES = Path(__file__).parents[3] / "sample_configs"


CASES = {
    "L4001": (one("ip 10.0.0.0/8"), one("remote_ip 10.0.0.0/8")),
    "L4002": (one("tls sni {env.NOT_SET_ANYWHERE}"), one("tls sni {env.PATH}")),
    "L4003": (
        one("openvpn {\nmodes auth\nauth_digest sha256\ngroup_key_file /nowhere/ta.key\n}"),
        one("openvpn {\nmodes plain\n}"),
    ),
    "L4008": (one("tls sni_regexp vpn"), one("tls sni_regexp ^vpn$")),
    "L4009": (one("not tls alpn h2"), one("tls alpn h2")),
    "L4010": (two("tls sni *.x.example", "tls sni a.x.example"),
              two("tls sni a.x.example", "tls sni *.x.example")),
    "L4011": (server(f"@a ssh\n{ROUTE}\n{A}"), server(f"@a ssh\n{A}\n{ROUTE}")),
    "L4012": (one("tls sni not x.example"), one("not tls sni x.example")),
    "L4013": (one("not {\nremote_ip 10.0.0.0/8\ntls\n}"), one("not {\ntls\n}")),
    "L4014": (one("not tls sni x", ":2525"), one("not tls sni x")),
    "L4015": (server(f"@a ssh\n{A}\nroute"), server(f"@a ssh\n{A}")),
    "L4016": (server(f"@a ssh\n@b tls\n{A}"), server(f"@a ssh\n{A}")),
    "L4017": (one("tls sni a.x a.x"), one("tls sni a.x b.x")),
    "L4018": (one("{\ntls\nssh\n}"), one("{\ntls\nremote_ip 10.0.0.0/8\n}")),
    "L4019": (one("tls sni_regexp ^a|b$"), one("tls sni_regexp ^(a|b)$")),
    "L4020": (one("quic"), one("quic", "udp/:443")),
    "L4021": (one("http host a.example"), one("http host a.example", ":80")),
    "L4022": (one("tls sni a.example", ":5432"), one("tls sni a.example", ":993")),
    "L4023": (one("tls alpn http/2"), one("tls alpn h2")),
    "L4024": (one("tls sni a.example", ":80"), one("tls sni a.example", ":443")),
    "L4025": (one("tls alpn h3"), one("quic alpn h3", "udp/:443")),
    "L4028": (wrapper(f"@a ssh\n{A}", around="%s"), wrapper(f"@a ssh\n{A}")),
    "L4029": (wrapper(f"@a tls\n{A}", around="tls\n%s"), wrapper(f"@a tls\n{A}")),
    "L4030": (wrapper(f"@a ssh\n{A}", around="tls\n%s"), wrapper(f"@a ssh\n{A}")),
    "L4031": (wrapper(f"@a ssh\n{A}", ""), wrapper(f"@a ssh\n{A}")),
    "L4032": (wrapper(f"@a tls\n{A}"), wrapper(f"@a tls sni vpn.example\n{A}")),
    "L4033": (wrapper(f"@a tls sni site.example\n{A}"), wrapper(f"@a tls sni x.example\n{A}")),
    "L4040": (hop("proxy_protocol v2", False), hop("proxy_protocol v2", True)),
    "L4041": (hop("", True), hop("proxy_protocol v2", True)),
    "L4042": (server("route {\nproxy_protocol\nproxy 10.0.0.1:99\n}"),
              server("route {\nproxy_protocol {\nallow 10.0.0.0/8\n}\nproxy 10.0.0.1:99\n}")),
    "L4043": (dial("{\nproxy_protocol v1\nupstream db:6379\n}"), dial("db:6379")),
    "L4044": (hop("proxy_protocol v2", True, "udp/"), hop("", False, "udp/")),
    "L4045": (wrapper(f"@a ssh\n{A}", around="proxy_protocol\n%s\ntls"),
              wrapper(f"@a ssh\n{A}", around="proxy_protocol {\nallow 10.0.0.0/8\n}\n%s\ntls")),
    "L4046": (dial("{\nproxy_protocol v2\nupstream vpn:4443\n}"), dial("vpn:4443")),
    "L4047": (dial("127.0.0.1:4443", matcher="tls"), dial("10.0.0.9:4443", matcher="tls")),
    "L4048": (
        server(f"@a ssh\n{A}\nroute {{\nproxy {{\nproxy_protocol v2\nupstream 10.0.0.1:99"
               "\n}\n}"),
        server(f"@a ssh\n{A}\nroute {{\nproxy {{\nproxy_protocol v2\nupstream x:99\n}}\n}}"),
    ),
    "L4049": ((PP % "10.0.0.0/8") + f"\tlayer4 {{\n:8443 {{\n{ROUTE}\n}}\n\t}}\n}}\n{SITE}",
              (PP % "127.0.0.1/8") + f"\tlayer4 {{\n:8443 {{\n{ROUTE}\n}}\n\t}}\n}}\n{SITE}"),
    "L4050": (dial("x:99", matcher="tls sni b.example", before="tls"),
              dial("x:99", matcher="tls sni a.example", before="tls")),
    "L4051": (dial("{\nupstream x:443 {\ntls_insecure_skip_verify\n}\n}"),
              dial("{\nupstream x:443 {\ntls\n}\n}")),
    "L4052": (dial("x:143", before="tls"), dial("x:993", before="tls")),
    "L4053": (dial("ocserv:443", before="tls"), dial("ocserv:443", matcher="tls")),
    "L4054": (dial("{\nupstream x:443 {\ntls\n}\n}", before="tls"), dial("x:443")),
    "L4055": (dial("x:8080", before="tls"), dial("x:8080")),
    "L4060": (dial("{l4.tls.server_name}:443", matcher="tls"),
              dial("{l4.tls.server_name}:443", matcher="tls sni *.signal.org")),
    "L4061": (dial("localhost:443"), dial("localhost:444")),
    "L4062": (dial("b.example:443", matcher="tls sni b.example"),
              dial("10.1.1.1:443", matcher="tls sni b.example")),
    "L4063": (dial("a:22 b:22"), dial("a:22")),
    "L4064": (dial("{labels.3}:80"), dial("{l4.vars.x}:80")),
    "L4065": (server("route {\nproxy db:5432\n}", ":5432"),
              server("@a remote_ip 10.0.0.0/8\nroute @a {\nproxy db:5432\n}", ":5432")),
    "L4066": (server("route {\nproxy 10.0.0.1:53\n}", "udp/127.0.0.1:53"),
              server("route {\nproxy udp/10.0.0.1:53\n}", "udp/127.0.0.1:53")),
    "L4067": (server("route {\necho\n}", "udp/:7"), server("route {\necho\n}", "udp/127.0.0.1:7")),
    "L4068": (server("@a socks5\nroute @a {\nsocks5\n}", ":1080"),
              server("@a socks5\nroute @a {\nsocks5\n}", "127.0.0.1:1080")),
    "L4070": (server(ROUTE, ":443", SITE), server(ROUTE, ":8443", SITE)),
    "L4071": (server(ROUTE, "0.0.0.0:443", "https://a.example {\nbind ::\n}\n"),
              server(ROUTE, ":8443", SITE)),
    "L4072": (server(ROUTE, "git.example:22"), server(ROUTE, "127.0.0.1:22")),
    "L4073": (f"{{\nlayer4 {{\n:99 {{\n{ROUTE}\n}}\n:99 {{\n{ROUTE}\n}}\n}}\n}}\n",
              f"{{\nlayer4 {{\n:99 {{\n{ROUTE}\n}}\n:98 {{\n{ROUTE}\n}}\n}}\n}}\n"),
    "L4074": (server(ROUTE, "0.0.0.0:99"), server(ROUTE, "0.0.0.0:99 [::]:99")),
    "L4080": (two("tls sni a", "ssh"), two("ssh", "tls sni a")),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_a_rule_finds_what_it_is_for_and_leaves_the_rest_alone(code):
    bad, good = CASES[code]
    found = [f for f in lint(bad) if f.code == code]
    assert found, "the rule is silent"
    assert all(f.at is not None and f.at.line > 0 for f in found)
    assert not [f for f in lint(good) if f.code == code]


def test_every_rule_has_a_case_here_or_in_json():
    assert {r.code for r in all_rules()} - CASES.keys() - LIMITS.keys() == {"L4034"}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.code)
def test_a_rule_says_what_it_looks_for(rule):
    assert rule.text.startswith(("Look for", "Say what", "Name the"))


def test_no_way_for_a_challenge():
    text = """{"apps": {
      "tls": {"certificates": {"automate": ["a.example"]}},
      "layer4": {"servers": {"m": {"listen": [":443"], "routes": [{"handle": [
        {"handler": "tls"}, {"handler": "proxy", "upstreams": [{"dial": ["x:1"]}]}]}]}}}}}"""
    assert "L4034" in [f.code for f in lint(text, "c.json")]
    free = text.replace('":443"', '":8443"')
    assert "L4034" not in [f.code for f in lint(free, "c.json")]


@pytest.mark.parametrize(
    ("code", "config"),
    [
        ("L4033", wrapper(f"@a tls sni site.example\n{A}", "site.example {\n\tabort\n}\n")),
        ("L4033", wrapper("@a tls sni site.example\nroute @a {\ntls\necho\n}")),
        ("L4032", wrapper(f"@a tls sni x.localhost\n{A}", "x.localhost {\n\tabort\n}\n")),
        ("L4065", server("@a dns {\nallow a.b.\n}\nroute @a {\nproxy udp/x:53\n}", "udp/:53")),
        ("L4014", one("not ssh", ":443")),
    ],
)
def test_what_is_meant_so_is_left_alone(code, config):
    assert code not in [f.code for f in lint(config)]


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.Caddyfile")), ids=lambda p: p.stem)
def test_the_samples_have_no_errors_and_no_warnings(file):
    assert not [f for f in lint(file.read_text(), str(file)) if f.severity != "info"]


#: The list of the issue, in its order, and the rule that each point became.
AT_LEAST = {
    "route shadowed by an earlier one": "L4010",
    "literal not as a value": "L4012",
    "wrapper order": "L4030",
    "http on bytes that are still encrypted": "L4021",
    "alpn on bytes that are not encrypted any more": "L4029",
    "protocol by ALPN that is not agreed to": "L4037",
    "matcher on the wrong network": "L4020",
    "port owned twice, by two apps": "L4070",
    "port owned twice, by two servers": "L4073",
    "named set never used": "L4016",
    "named set overwritten": "L4001",
    "catch-all in the middle": "L4011",
    "PROXY header sent and not expected": "L4040",
    "PROXY header expected and not sent": "L4041",
    "handler where the option was meant": "L4042",
    "upstream named by the client": "L4060",
    "TLS handler without a certificate": "L4050",
    "server speaks first behind a not": "L4014",
    "server speaks first behind other matchers": "L4036",
    "upstream that is our own listener": "L4061",
    "split hello in real caddy-l4": "L4080",
    "site whose name a route catches": "L4033",
    "acme-tls/1 swallowed": "L4032",
    "IPv4 only beside [::]": "L4071",
}
OTHERWISE = {
    "L4001": server(f"@a ssh\n@a tls\n{A}"),
    "L4029": wrapper(f"@a tls alpn h2\n{A}", around="tls\n%s"),
}


@pytest.mark.parametrize("point", AT_LEAST)
def test_each_point_of_the_issue_has_a_rule(point):
    code = AT_LEAST[point]
    bad = OTHERWISE.get(code) or (CASES[code][0] if code in CASES else LIMITS[code][0][0])
    assert code in [f.code for f in lint(bad)]


def test_the_readme_has_every_rule_under_one_subject():
    text = (SAMPLES.parent / "README.md").read_text()
    table = text.partition("| about | codes |")[2].partition("\n\n")[0]
    named = [
        number
        for first, last in re.findall(r"L(4\d{3})(?:\u2013L(4\d{3}))?", table)
        for number in range(int(first), int(last or first) + 1)
    ]
    assert sorted(named) == [int(r.code[1:]) for r in all_rules()]

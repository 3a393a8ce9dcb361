"""Where a rule begins and where it ends: configs that it is for, and neighbours that it is not."""

import pytest

from caddylite.testing.lint import all_rules, lint
from tests.testing.lint.configs import ROUTE, SITE, A, dial, one, server, two, wrapper

WILD = "*.x.example {\n\trespond hi\n}\n"
MUTUAL = "tls {\nconnection_policy {\nclient_auth {\nmode %s\n}\n}\n}"
FRONT = "proxy_protocol {\n%s\n}\n%%s\ntls"
LOG = "{\n\tlog {\n\t\toutput net %s\n\t}\n}\n"


def terminated(upstream: str, listen: str = ":443", policy: str = "", matcher: str = "") -> str:
    """TLS of the site's name ended in front of an upstream."""
    tls = f"tls {{\nconnection_policy {{\nalpn {policy}\n}}\n}}" if policy else "tls"
    return server(
        f"@a tls sni a.example{matcher}\nroute @a {{\n{tls}\nproxy {upstream}\n}}", listen, SITE
    )


def agreed(alpn: str, policy: str = "", listen: str = ":443") -> str:
    """TLS asked for by ALPN and ended."""
    tls = f"tls {{\nconnection_policy {{\nalpn {policy}\n}}\n}}" if policy else "tls"
    return server(f"@a tls {alpn}\nroute @a {{\n{tls}\nproxy x:5432\n}}", listen, SITE)


def inside(outer: str, handler: str, inner: str) -> str:
    """A set in a subroute, behind another set and perhaps a handler."""
    body = f"{handler}\nsubroute {{\n@b {inner}\nroute @b {{\necho\n}}\n}}"
    return server(f"@a {outer}\nroute @a {{\n{body}\n}}", ":443", SITE)


def behind(first: str, upstream: str, then: str = "", listen: str = ":99") -> str:
    """A route for some, and a second one to an upstream for the others."""
    sets, name = (f"@b {then}\n", "@b") if then else ("", "")
    body = f"@a {first}\n{sets}{A}\nroute {name} {{\nproxy {upstream}\n}}"
    return server(body, listen)


def taken_off(option: str = "", sends: bool = True, before: str = "") -> str:
    """A PROXY header taken off, and another one sent."""
    block = f"proxy_protocol {{\n{option}\n}}" if option else "proxy_protocol"
    proxy = f"proxy {{\n{'proxy_protocol v2' if sends else ''}\nupstream imap:143\n}}"
    return server(f"route {{\n{block}\n{before}\n{proxy}\n}}", ":143")


def h1h2(config: str) -> str:
    """The same without HTTP/3."""
    return config.replace("servers {", "servers {\nprotocols h1 h2\n", 1)


CASES = {
    "L4004": (
        [LOG % "unixgram//run/log.sock", LOG % "10.0.0.1:514"],
        [LOG % "10.0.0.1:514 {\nsoft_start\n}", "{\n\tlog {\n\t\toutput stderr\n\t}\n}\n"],
    ),
    "L4005": (
        [server(ROUTE)[:-2], "a.example {\n\thandle {\n\t\trespond hi\n\t}\n"],
        [server(ROUTE), "a.example {\n\trespond {env.PATH}\n}\n"],
    ),
    "L4006": (
        [server("route {\ntls\n}"), server("route {\nsubroute {\nroute {\ntls\n}\n}\n}")],
        [server("route {\nclose\n}"), wrapper("@a tls\nroute @a {\nvars a b\n}"),
         server("route {\nsubroute {\nroute {\necho\n}\n}\n}")],
    ),
    "L4007": (
        [one(r"tls sni_regexp ^(a|b)\\.example$"), one(r"quic sni_regexp ^\\d$", "udp/:443")],
        [one(r"tls sni_regexp ^(a|b)\.example$"), one("tls sni_regexp ^[a-z]+$")],
    ),
    "L4021": (
        [inside("tls sni a.example", "", "http"), one("http path /x"), wrapper(f"@a http\n{A}")],
        [inside("tls sni a.example", "tls", "http"), two("http", "tls"),
         wrapper(f"@a http host a.example\n{A}", "")],
    ),
    "L4026": (
        [one("http remote_ip 10.0.0.0/8", ":5432"), one("http client_ip 10.0.0.0/8", ":80")],
        [one("remote_ip 10.0.0.0/8", ":5432"), one("http path /x", ":80")],
    ),
    "L4027": (
        [one(f"tls sni {n}") for n in (
            "a.example:443", "a.example,", "https://a.example", "192.0.2.1", "2001:db8::1",
            ".a.example", "www*.a.example", "www.*.example", "^a$", "*",
        )] + [one("http host a.example:80", ":80"), one("http host a,b", ":80")],
        [one(f"tls sni {n}") for n in (
            "*.a.example", "*.*.example", "a.example", "{env.PATH}", "bücher.example", "a_b.c",
        )] + [one("http host www.*.example 192.0.2.1 [2001:db8::1]", ":80")],
    ),
    "L4029": (
        [inside("tls sni a.example", "tls", "tls sni a.example"),
         inside("tls", "tls", "tls alpn h2")],
        [inside("tls sni a.example", "tls", "tls sni chat.example"), inside("tls", "tls", "tls")],
    ),
    "L4035": (
        [server("route {\nproxy x:1\ntls\n}"), server("route {\necho\nclose\n}")],
        [server("route {\nthrottle\nproxy x:1\n}"),
         server("route {\nsubroute {\nroute {\necho\n}\n}\necho\n}")],
    ),
    "L4036": (
        [behind("tls sni a", "mail:25"), behind("http", "db:3306", "remote_ip 10.0.0.0/8")],
        [behind("remote_ip 10.0.0.0/8", "mail:25"), behind("ssh", "web:80"),
         behind("ssh", "mail:25", "tls sni mail"), server("route {\nproxy mail:25\n}", ":25")],
    ),
    "L4037": (
        [agreed("alpn postgresql"), agreed("alpn dot", "h2"), agreed("sni a.example", "", ":853")],
        [agreed("alpn postgresql", "postgresql"), agreed("alpn h2"), agreed("alpn acme-tls/1"),
         agreed("sni a.example", "dot", ":853")],
    ),
    "L4038": (
        [dial("web:8080", matcher="tls sni a"), dial("redis:6379", matcher="tls"),
         server("route {\nproxy web:80\n}"), server("route {\nproxy imap:143\n}", ":993"),
         dial("{\nupstream pg:5432 {\ntls\n}\n}", before="tls"),
         inside("tls", "", "ssh").replace("echo", "proxy git:22").replace("@b ssh", "@b tls")],
        [server("route {\nproxy web:8443\n}"), server("route {\nproxy web:80\n}", ":8000"),
         server("route {\ntls\nproxy web:80\n}"), behind("tls", "web:80", listen=":443"),
         dial("web:8443", matcher="tls sni a"), dial("web:8080", matcher="tls", before="tls"),
         dial("web:8080", matcher="ssh"), dial("web:80", matcher="http", listen=":80")],
    ),
    "L4039": (
        [terminated("imap:993", ":993"), dial("web:443", matcher="http", listen=":80")],
        [terminated("{\nupstream imap:993 {\ntls\n}\n}", ":993"), dial("web:443", matcher="tls"),
         inside("tls", "tls", "tls sni b").replace("echo", "proxy b:443")],
    ),
    "L4047": (
        [dial("127.0.0.1:8443", matcher="not tls sni a"), behind("tls sni a", "127.0.0.1:8443")],
        [dial("127.0.0.1:8443", matcher="not ssh"), behind("ssh", "127.0.0.1:8443"),
         behind("tls sni a", "127.0.0.1:22", "ssh")],
    ),
    "L4050": (
        [terminated("x:99").replace(SITE, "http://a.example {\n}\n"),
         terminated("x:99").replace("{\n", "{\nauto_https off\n", 1),
         terminated("x:99").replace("{\n", "{\nauto_https disable_certs\n", 1)],
        [terminated("x:99"), terminated("x:99").replace("a.example {", "a.example:8443 {"),
         terminated("x:99").replace("{\n", "{\nauto_https disable_redirects\n", 1)],
    ),
    "L4055": (
        [terminated("app:7880"), terminated("app:3000", ":8443")],
        [terminated("app:7880", policy="http/1.1"), terminated("turn:5349"),
         terminated("app:7880", ":7000")],
    ),
    "L4056": (
        [taken_off(), taken_off("fallback_policy use"),
         wrapper(f"@a ssh\n{A}", around=FRONT % "fallback_policy use"),
         taken_off("", False, "subroute {\n@c remote_ip 10.0.0.0/8\nroute @c {\nclose\n}\n}")],
        [taken_off("allow 10.0.0.0/8"), taken_off("", False), taken_off("fallback_policy skip"),
         wrapper(f"@a ssh\n{A}", around=FRONT % "fallback_policy reject")],
    ),
    "L4057": (
        [dial("{\nupstream x:443 {\ntls\n}\n}", matcher="tls sni a"),
         dial("{\nupstream x:443 {\ntls_insecure_skip_verify\n}\n}", matcher="tls")],
        [dial("{\nupstream x:443 {\ntls\n}\n}", matcher="tls", before="tls"),
         dial("{\nupstream x:443 {\ntls\n}\n}", matcher="ssh")],
    ),
    "L4058": (
        [dial("x:1", matcher="http", before="proxy_protocol"),
         inside("tls", "", "ssh").replace("echo", "proxy_protocol\necho")],
        [dial("x:1", matcher="proxy_protocol", before="proxy_protocol"),
         dial("x:1", matcher="remote_ip 10.0.0.0/8", before="proxy_protocol")],
    ),
    "L4059": (
        [dial("x:1", matcher="tls", before=MUTUAL % mode) for mode in ("request", "require")],
        [dial("x:1", matcher="tls", before=MUTUAL % "require_and_verify"),
         dial("x:1", matcher="tls", before="tls")],
    ),
    "L4060": (
        [dial("{\nupstream {l4.tls.server_name}:443\nallow_private\n}", matcher="tls"),
         dial("x-{l4.http.host}:80", matcher="http", listen=":80")],
        [dial("{\nupstream {l4.tls.server_name}:443\nallow_private\n}", matcher="tls sni *.a.b"),
         dial("{l4.http.host}:80", matcher="http host a.b", listen=":80")],
    ),
    "L4069": (
        [dial("git"), dial("upstream git:22"), dial("https://git.example"), dial("git:")],
        [dial("git:22"), dial("unix//run/git.sock"), dial("git:{env.PATH}"),
         dial("{\nupstream git:22\n}")],
    ),
    "L4075": (
        [wrapper("@a tls sni a.x.example\nroute @a {\nproxy x:443\n}", WILD),
         wrapper("@a remote_ip 10.0.0.0/8\nroute @a {\nclose\n}")],
        [h1h2(wrapper("@a tls sni a.x.example\nroute @a {\nproxy x:443\n}", WILD)),
         wrapper("@a tls sni a.x.example\nroute @a {\nproxy x:443\n}", SITE),
         wrapper("@a tls sni a.x.example\nroute @a {\nproxy turn:5349\n}", WILD),
         wrapper("@a remote_ip 10.0.0.0/8\nroute @a {\nclose\n}", "http://x.example {\n}\n")],
    ),
    "L4076": (
        [server(ROUTE, "127.0.0.1:5000/udp"), dial("x:53/tcp")],
        [server(ROUTE, "udp/127.0.0.1:5000"), dial("unix//run/x:1/udp")],
    ),
    "L4079": (
        [one("remote_ip 10.0.0.0/33"), one("tls sni_regexp (a"), one("regexp [z-a]", ":1"),
         one("http path_regexp (a", ":80")],
        [one("remote_ip 10.0.0.0/8"), one("tls sni_regexp (a)"), one("remote_ip_list /nowhere")],
    ),
    "L4078": (
        [wrapper(f"@a ssh\n{A}").replace("servers {", "servers :8443 {"),
         wrapper(f"@a ssh\n{A}").replace("servers {", "servers site.example:443 {"),
         wrapper(f"@a ssh\n{A}", "site.example {\nbind 127.0.0.1\n}\n").replace(
             "servers {", "servers :443 {")],
        [wrapper(f"@a ssh\n{A}").replace("servers {", "servers :443 {"),
         wrapper(f"@a ssh\n{A}", "").replace("servers {", "servers :8443 {"),
         wrapper(f"@a ssh\n{A}")],
    ),
    "L4077": (
        [server(ROUTE, ":53"), server(ROUTE, "10.0.0.1:51820")],
        [server(ROUTE, ":53 udp/:53"), server(ROUTE, ":853")],
    ),
}  # fmt: skip
PAIRS = [
    (c, t, w)
    for c, both in CASES.items()
    for w, some in zip("+-", both, strict=True)
    for t in some
]


@pytest.mark.parametrize(("code", "text", "way"), PAIRS, ids=lambda x: x if len(x) < 6 else "")
def test_a_rule_holds_here_and_not_there(code, text, way):
    found = lint(text)
    assert not [f for f in found if f.code == "L4001"], found
    said = [f for f in found if f.code == code]
    assert bool(said) == (way == "+"), text
    assert all(f.at is not None for f in said)


def test_each_has_at_least_two_of_both():
    assert CASES.keys() <= {r.code for r in all_rules()}
    assert all(len(fires) >= 2 <= len(silent) for fires, silent in CASES.values())

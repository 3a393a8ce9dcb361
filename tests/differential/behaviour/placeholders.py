"""Values of placeholders, seen in the complaint about a Unix socket that is not there."""

import re
from typing import Any

from tests.differential.behaviour.ends import (
    ask,
    client_context,
    connect,
    rest,
    secure,
    talk,
    until,
)
from tests.differential.behaviour.handlers import proxy
from tests.differential.behaviour.headers import V1
from tests.differential.behaviour.scenario import Play, Table
from tests.differential.behaviour.stage import OURS, Stage
from tests.differential.behaviour.termination import TLS, der, policies
from tests.e2e.peers import certificate

table = Table()


def say(s: Stage, *names: str) -> dict[str, Any]:
    """Return a proxy whose upstream is named by placeholders; it fails and says their values."""
    # whatever a client says: ours would not dial a Unix socket that the client names
    lax = {"allow_private": True} if s.name == OURS else {}
    return proxy("unix//no/" + ";".join(f"{{{name}}}" for name in names), **lax)


def said(s: Stage, at: int, count: int = 1) -> list[str]:
    """Return the values that the log tells of a server's connections."""
    where = f"127.0.0.1:{at}"

    def found() -> list[dict[str, Any]]:
        records = s.records("handling connection", where, '"error"')
        return [r for r in records if r["msg"] == "handling connection"]

    until(lambda: len(found()) >= count, 3)
    return [re.sub(r"^dial unix /no/|: connect: .*", "", r["error"]) for r in found()]


@table()
def of_the_connection(s: Stage) -> Play:
    at = s.serve(say(s, "l4.conn.remote_addr", "l4.conn.local_addr"))
    yield
    with connect(at, source="127.0.0.3") as sock:
        mine = sock.getsockname()[1]
        rest(sock)
    return [x.replace(f":{mine}", ":ME").replace(f":{at}", ":AT") for x in said(s, at)]


@table()
def of_the_time(s: Stage) -> Play:
    at = s.serve(say(s, "l4.conn.wrap_time"))
    yield
    talk(at)
    return [re.sub(r"\d", "9", re.sub(r"\.\d+", ".9", x)) for x in said(s, at)]


@table()
def of_the_world(s: Stage) -> Play:
    (s.folder / "file.txt").write_text("content\n")
    at = s.serve(say(s, "env.L4_NAME", "env.NOTHING", "file.file.txt", "system.os", "system.arch"))
    yield
    talk(at)
    return said(s, at)


@table()
def of_variables(s: Stage) -> Play:
    values = {"a": "{l4.vars.b}", "b": "{env.L4_NAME}", "n": 1000000, "f": 1.5, "yes": True}
    values |= {"none": None, "list": [1, "x"], "{env.L4_NAME}": "named", "big": 1e21}
    names = [
        f"l4.vars.{n}" for n in ("b", "n", "f", "yes", "none", "list", "a.example.com", "big")
    ]
    at = s.serve({"handler": "vars", **values}, say(s, *names, "l4.vars.nothing", "l4.nothing"))
    yield
    talk(at)
    return said(s, at)


@table()
def are_expanded_once(s: Stage) -> Play:
    """What a client says is no placeholder."""
    at = s.routes(
        {
            "match": [{"regexp": {"pattern": "^(.*)!", "count": 20}}],
            "handle": [{"handler": "vars", "said": "{l4.regexp.1}"}, say(s, "l4.vars.said")],
        }
    )
    yield
    talk(at, b"{env.L4_NAME} and more!".ljust(30))
    return said(s, at)


@table()
def of_regexps(s: Stage) -> Play:
    expression = {"name": "n", "pattern": "^(?P<one>a+)(b+)?(c*)"}
    names = ("l4.regexp.n.0", "l4.regexp.n.1", "l4.regexp.n.one", "l4.regexp.n.2", "l4.regexp.n.3")
    seen = {"regexp": {"pattern": "^(a+.*)", "count": 6}}
    variable = {"vars_regexp": {"{l4.regexp.1}": expression}}
    named = s.routes(
        {"match": [seen], "handle": [{"handler": "subroute", "routes": [
            {"match": [variable], "handle": [say(s, *names)]}]}]}
    )  # fmt: skip
    plain = s.routes(
        {
            "match": [{"regexp": {"pattern": "(a)(b)", "count": 6}}],
            "handle": [say(s, "l4.regexp.0", "l4.regexp.2", "l4.regexp.9")],
        }
    )
    yield
    for at in (named, plain):
        talk(at, b"aabbxx")
        talk(at, b"aaabcc")
    return said(s, named, 2), said(s, plain, 2)


@table()
def of_tls_seen(s: Stage) -> Play:
    at = s.routes(
        {"match": [{"tls": {}}], "handle": [say(s, "l4.tls.server_name", "l4.tls.version")]}
    )
    yield
    for name in ("a.example.com", "A.Example.com", None):
        secure(at, name)
    return said(s, at, 3)


FIELDS = ("version", "cipher_suite", "resumed", "proto", "proto_mutual", "server_name", "ech")


@table()
def of_tls_ended(s: Stage) -> Play:
    at = s.serve({**TLS, "connection_policies": [{"alpn": ["acme/1"]}]},
                 say(s, *(f"l4.tls.{f}" for f in FIELDS)))  # fmt: skip
    yield
    for name in ("a.example.com", "b.example.com"):
        secure(at, name, client_context(alpn=["acme/1"]))
    return [re.sub(r"TLS_AES_\w+", "SUITE", x) for x in said(s, at, 2)]


@table()
def of_client_certificates(s: Stage) -> Play:
    cert, key = certificate(s.folder, "client.example", "second.example")
    auth = {"client_authentication": {"trusted_ca_certs": [der(cert)]}}
    fields = ("subject", "issuer", "subject.common_name", "issuer.common_name", "san.dns_names")
    fields += ("san.dns_names.0", "san.dns_names.1", "san.dns_names.7", "san.ips", "san.emails.0")
    digests = ("fingerprint", "serial")
    one = policies(s, auth, then=say(s, *(f"l4.tls.client.{f}" for f in fields)))
    more = ("subject.organization", "subject.country.0", "issuer.serial", "nothing")
    rest_of = policies(s, auth, then=say(s, *(f"l4.tls.client.{f}" for f in more)))
    two = policies(s, auth, then=say(s, *(f"l4.tls.client.{f}" for f in digests)))
    yield
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    made = x509.load_pem_x509_certificate(cert.read_bytes())
    context = client_context()
    context.load_cert_chain(str(cert), str(key))
    for at in (one, two, rest_of):
        secure(at, context=context)
    values = said(s, two)[0].split(";")
    right = [values[0] == made.fingerprint(SHA256()).hex(), values[1] == str(made.serial_number)]
    return said(s, one), said(s, rest_of), right


@table()
def behind_a_proxy_header(s: Stage) -> Play:
    at = s.serve(
        {"handler": "proxy_protocol"}, say(s, "l4.conn.remote_addr", "l4.conn.local_addr")
    )
    yield
    with connect(at) as sock:
        mine = sock.getsockname()[1]
        sock.sendall(V1)
        rest(sock)
    records = s.records("handling connection", '"error"', "/no/")
    texts = [r["error"] for r in records if r["msg"] == "handling connection"]
    wanted = [t for t in texts if f":{mine}" in t or "192.0.2.7" in t]
    return [
        re.sub(": connect.*", "", t).replace(f":{mine}", ":ME").replace(f":{at}", ":AT")
        for t in wanted
    ]


@table()
def of_http(s: Stage) -> Play:
    at = s.routes(
        {"match": [{"http": [{"host": ["a.example.com"]}]}], "handle": [say(s, "l4.http.host")]}
    )
    yield
    talk(at, b"GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n")
    return said(s, at)


def postgres(**values: str) -> bytes:
    """Return a startup message."""
    body = b"\0\3\0\0" + b"".join(f"{k}\0{v}\0".encode() for k, v in values.items()) + b"\0"
    return (len(body) + 4).to_bytes(4, "big") + body


@table()
def of_postgres(s: Stage) -> Play:
    names = ("user", "database", "application_name", "options", "nothing")
    at = s.routes(
        {
            "match": [{"postgres": {}}],
            "handle": [say(s, *(f"l4.postgres.{n}" for n in names))],
        }
    )
    yield
    talk(at, postgres(user="bob", database="db1", application_name="psql"))
    talk(at, postgres(user="bob"))
    return said(s, at, 2)


@table()
def of_rdp(s: Stage) -> Play:
    names = ("cookie_hash", "cookie_ip", "cookie_port", "custom_info", "correlation_id")
    at = s.routes({"match": [{"rdp": {}}], "handle": [say(s, *(f"l4.rdp.{n}" for n in names))]})
    yield
    body = b"Cookie: mstshash=user1\r\n" + bytes.fromhex("010008000b000000")
    size = len(body) + 11
    talk(at, bytes((3, 0, 0, size, size - 5, 0xE0, 0, 0, 0, 0, 0)) + body)
    return said(s, at)


@table()
def of_datagrams(s: Stage) -> Play:
    at = s.serve(say(s, "l4.conn.local_addr"), network="udp/")
    yield
    ask(at, b"x", seconds=0.2)
    return [x.replace(f":{at}", ":AT") for x in said(s, at)]

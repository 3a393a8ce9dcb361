"""curl and nginx: rules about the request, the addresses, the time, and what was set before."""

import contextlib
from datetime import UTC, datetime

from tests.e2e.daemons import Web
from tests.e2e.layer4 import layer4, run
from tests.e2e.programs import free_port, need, running

PROVES = {
    "layer4.matchers.http": "curl (HTTP/1.1, HTTP/2) to nginx",
    "layer4.matchers.clock": "curl",
    "layer4.matchers.local_ip": "curl to two loopback addresses",
    "layer4.matchers.remote_ip": "curl --interface",
    "layer4.matchers.remote_ip_list": "curl --interface, the file changed meanwhile",
    "layer4.matchers.not": "curl",
    "layer4.matchers.vars": "curl",
    "layer4.matchers.vars_regexp": "curl",
    "layer4.handlers.vars": "curl",
    "layer4.handlers.subroute": "curl",
    "layer4.handlers.tee": "curl uploading to two servers",
    "layer4.handlers.close": "curl",
}
EMPTY_REPLY, RESET = 52, 56


def _curl(port: int, *words: str, path: str = "/x", host: str = "127.0.0.1"):
    return run(need("curl"), "-sS", "-m", "10", *words, f"http://{host}:{port}{path}")


def _to(name: str, server) -> str:
    return f"route {name} {{\nproxy 127.0.0.1:{server.port}\n}}\n"


@contextlib.contextmanager
def nginx(folder, word: str):
    """Run nginx with clear-text HTTP/2 and HTTP/1.1 on two ports; yield them."""
    program = need("nginx", "nginx-light")
    one, two = free_port(), free_port()
    conf = folder / f"nginx-{word}.conf"
    conf.write_text(
        f"daemon off; master_process off; pid {folder}/nginx-{word}.pid; error_log stderr;\n"
        "events {}\nhttp { access_log off; "
        + "".join(
            f"{kind}_temp_path {folder}/{word}-{kind}; "
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f'server {{ listen 127.0.0.1:{one}; return 200 "{word} $server_protocol"; }}\n'
        f'server {{ listen 127.0.0.1:{two} http2; return 200 "{word} $server_protocol"; }} }}\n'
    )
    argv = [program, "-p", str(folder), "-c", str(conf)]
    with running(argv, folder / f"nginx-{word}.log", one):
        yield one, two


def test_requests_are_led_by_version_host_and_path(tmp_path):
    with (
        nginx(tmp_path, "nginx") as (one, two),
        Web("api") as api,
        layer4(
            tmp_path,
            f"@two http protocol http/2\nroute @two {{\nproxy 127.0.0.1:{two}\n}}\n"
            f"@api http {{\nhost api.example.test\npath /v1/*\n}}\n{_to('@api', api)}"
            f"@one http host *.example.test\nroute @one {{\nproxy 127.0.0.1:{one}\n}}",
        ) as (port, _),
    ):
        host = ("-H", "Host: www.example.test")
        api_host = ("-H", "Host: api.example.test")
        assert _curl(port, *host).stdout == "nginx HTTP/1.1"
        assert _curl(port, *host, "--http2-prior-knowledge").stdout == "nginx HTTP/2.0"
        assert _curl(port, *api_host, path="/v1/a").stdout == "api GET /v1/a 0"
        assert _curl(port, *api_host, path="/v2/a").stdout == "nginx HTTP/1.1"
        assert _curl(port).returncode in (EMPTY_REPLY, RESET)


def test_the_peers_address_decides(tmp_path):
    listed = tmp_path / "listed"
    listed.write_text("127.0.0.3\n# a remark\n127.0.1.0/24\n")
    with (
        Web("list") as by_list,
        Web("two") as two,
        Web("rest") as rest,
        layer4(
            tmp_path,
            f"@listed remote_ip_list {listed}\n{_to('@listed', by_list)}"
            f"@two remote_ip 127.0.0.2\n{_to('@two', two)}"
            f"@rest not remote_ip 127.0.0.4\n{_to('@rest', rest)}"
            "route {\nclose\n}",
        ) as (port, _),
    ):
        for source, word in (("3", "list"), ("2", "two"), ("1", "rest")):
            said = _curl(port, "--interface", f"127.0.0.{source}")
            assert said.stdout.split()[:1] == [word], said.stderr
        assert _curl(port, "--interface", "127.0.0.4").returncode in (EMPTY_REPLY, RESET)
        listed.write_text("127.0.0.4\n")
        assert _curl(port, "--interface", "127.0.0.4").stdout.startswith("list ")
        assert _curl(port, "--interface", "127.0.0.3").stdout.startswith("rest ")


def test_the_address_that_was_reached_decides(tmp_path):
    with (
        Web("one") as one,
        Web("two") as two,
        layer4(
            tmp_path,
            f"@one local_ip 127.0.0.1/32\n{_to('@one', one)}@two local_ip 127.0.0.2\n"
            f"{_to('@two', two)}",
            host="0.0.0.0",
        ) as (port, _),
    ):
        for last, word in (("1", "one"), ("2", "two")):
            assert _curl(port, host=f"127.0.0.{last}").stdout == f"{word} GET /x 0"


def test_the_time_of_day_decides(tmp_path):
    with (
        Web("am") as am,
        Web("pm") as pm,
        layer4(
            tmp_path,
            f"@am clock 00:00:00 12:00:00\n{_to('@am', am)}"
            f"@pm clock after 12:00:00 UTC\n{_to('@pm', pm)}",
        ) as (port, _),
    ):
        before = datetime.now(UTC).hour < 12
        said = _curl(port).stdout.split()[0]
        after = datetime.now(UTC).hour < 12
        assert said in {"am" if noon else "pm" for noon in (before, after)}


def test_what_one_route_sets_another_reads(tmp_path):
    with (
        Web("gold") as gold,
        Web("even") as even,
        Web("rest") as rest,
        layer4(
            tmp_path,
            "@g http path /gold*\nroute @g {\nvars tier gold\n}\n"
            "@e http path /even*\n"
            "route @e {\nvars {\nnumber 42\nfrom {l4.conn.remote_addr}\n}\n}\n"
            f"@gold vars tier gold silver\n{_to('@gold', gold)}"
            "@even {\nvars_regexp number ^[0-9]*[02468]$\nvars from {l4.conn.remote_addr}\n}\n"
            f"{_to('@even', even)}"
            f"{_to('', rest)}",
        ) as (port, _),
    ):
        for word in ("gold", "even", "rest"):
            assert _curl(port, path=f"/{word}").stdout == f"{word} GET /{word} 0"


def test_routes_within_a_route(tmp_path):
    with (
        Web("a") as a,
        Web("b") as b,
        layer4(
            tmp_path,
            "@http http\nroute @http {\nsubroute {\nmatching_timeout 1s\n"
            f"@a http path /a*\n{_to('@a', a)}}}\nproxy 127.0.0.1:{b.port}\n}}",
        ) as (port, _),
    ):
        assert _curl(port, path="/abc").stdout == "a GET /abc 0"
        assert _curl(port, path="/b").stdout == "b GET /b 0"


def test_an_upload_is_seen_twice(tmp_path):
    """The branch's answer would reach the client as well: it throws what it gets away."""
    body = tmp_path / "body"
    body.write_bytes(bytes(range(256)) * 2000)
    with (
        Web("main") as main,
        layer4(
            tmp_path,
            f"@http http\nroute @http {{\ntee {{\nthrottle {{\nlatency 1ms\n}}\n}}\n"
            f"proxy 127.0.0.1:{main.port}\n}}",
        ) as (port, _),
    ):
        said = _curl(port, "--data-binary", f"@{body}", "-H", "Expect:")
        assert said.stdout == f"main POST /x {body.stat().st_size}", said.stderr
        assert main.bodies == [body.read_bytes()]


def test_close_ends_the_connection(tmp_path):
    with layer4(tmp_path, "@http http\nroute @http {\nclose\n}\nroute {\necho\n}") as (port, _):
        assert _curl(port).returncode in (EMPTY_REPLY, RESET)

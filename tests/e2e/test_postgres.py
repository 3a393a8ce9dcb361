"""psql in three sslmodes: passed through to a server with TLS, and TLS ended here for it."""

import pytest

from tests.e2e.daemons import postgres
from tests.e2e.layer4 import layer4, run
from tests.e2e.peers import certificate
from tests.e2e.programs import need

PROVES = {
    "layer4.matchers.postgres": "psql with sslmode disable, require, verify-full",
    "layer4.handlers.postgres_tls": "psql with sslmode require and verify-full",
}
QUESTION = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A PostgreSQL server: (port, its certificate and key)."""
    need("psql", "postgresql-client")
    pair = certificate(tmp_path_factory.mktemp("pg"), "localhost")
    with postgres(pair) as port:
        yield port, pair


def _psql(port: int, mode: str, ca, user: str = "postgres", app: str = "psql"):
    return run(
        need("psql"),
        f"host=localhost hostaddr=127.0.0.1 port={port} user={user} dbname=postgres "
        f"sslmode={mode} sslrootcert='{ca}' application_name={app} gssencmode=disable "
        "connect_timeout=10",
        "-XAtc", QUESTION,
    )  # fmt: skip


def test_three_sslmodes_end_at_the_server(server, tmp_path):
    backend, (ca, _) = server
    routes = f"@pg postgres\nroute @pg {{\nproxy 127.0.0.1:{backend}\n}}"
    with layer4(tmp_path, routes) as (port, _):
        for mode, encrypted in (("disable", "f"), ("require", "t"), ("verify-full", "t")):
            said = _psql(port, mode, ca)
            assert said.stdout.strip() == encrypted, (mode, said.stderr)


def test_three_sslmodes_end_here(server, tmp_path):
    """The server sees clear text each time; clear text is routed by user and program."""
    backend, pair = server
    routes = (
        "@ssl postgres {\ntls enabled\n}\nroute @ssl {\npostgres_tls\ntls\n}\n"
        "@known postgres {\nuser postgres postgres\nclient psql\n}\n"
        f"route @known {{\nproxy 127.0.0.1:{backend}\n}}"
    )
    with layer4(tmp_path, routes, certificate=pair) as (port, _):
        for mode in ("disable", "require", "verify-full"):
            said = _psql(port, mode, pair[0])
            assert said.stdout.strip() == "f", (mode, said.stderr)
        assert _psql(port, "require", pair[0], user="nobody").returncode != 0
        assert _psql(port, "require", pair[0], app="other").returncode != 0


def test_verify_full_finds_out_a_strangers_certificate(server, tmp_path):
    backend, (ca, _) = server
    other = certificate(tmp_path, "localhost")
    routes = (
        "@ssl postgres {\ntls enabled\n}\nroute @ssl {\npostgres_tls\ntls\n"
        f"proxy 127.0.0.1:{backend}\n}}"
    )
    with layer4(tmp_path, routes, certificate=other) as (port, _):
        assert _psql(port, "require", "").stdout.strip() == "f"
        said = _psql(port, "verify-full", ca)
        assert "certificate verify failed" in said.stderr

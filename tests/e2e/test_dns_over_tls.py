"""kdig to unbound through the port, with TLS ended here (DNS over TLS, RFC 7858)."""

import pytest

from tests.e2e.layer4 import layer4, run
from tests.e2e.peers import certificate
from tests.e2e.programs import free_port, need, running

PROVES = {"layer4.matchers.dns": "kdig +tls"}


@pytest.fixture
def unbound(tmp_path):
    """A name server that knows one zone: its port."""
    port = free_port()
    conf = tmp_path / "unbound.conf"
    conf.write_text(
        f"server:\n  interface: 127.0.0.1@{port}\n  do-daemonize: no\n  chroot: \"\"\n"
        f"  username: \"\"\n  pidfile: \"\"\n  directory: \"{tmp_path}\"\n  use-syslog: no\n"
        "  local-zone: \"example.test.\" static\n"
        "  local-data: \"www.example.test. IN A 192.0.2.53\"\n"
        "remote-control:\n  control-enable: no\n"
    )  # fmt: skip
    with running([need("unbound"), "-d", "-p", "-c", str(conf)], tmp_path / "unbound.log", port):
        yield port


def test_dns_over_tls_ends_here(unbound, tmp_path):
    kdig = need("kdig", "knot-dnsutils")
    pair = certificate(tmp_path, "dns.example.test")
    routes = (
        "@tls tls alpn dot\nroute @tls {\ntls {\nconnection_policy {\nalpn dot\n}\n}\n}\n"
        "@plain tls\nroute @plain {\ntls\n}\n"
        f"@dns dns\nroute @dns {{\nproxy 127.0.0.1:{unbound}\n}}"
    )
    with layer4(tmp_path, routes, certificate=pair) as (port, _):
        said = run(
            kdig, "@127.0.0.1", "-p", str(port), "+tls", f"+tls-ca={pair[0]}",
            "+tls-hostname=dns.example.test", "+short", "www.example.test",
        )  # fmt: skip
        assert said.stdout.strip() == "192.0.2.53", said.stdout + said.stderr

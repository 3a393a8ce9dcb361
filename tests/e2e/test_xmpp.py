"""go-sendxmpp to prosody through the port: STARTTLS, login and a message."""

import shutil
import subprocess

from tests.e2e.daemons import as_user
from tests.e2e.layer4 import layer4, run
from tests.e2e.peers import certificate
from tests.e2e.programs import free_port, need, running

PROVES = {"layer4.matchers.xmpp": "go-sendxmpp and openssl -starttls xmpp to prosody"}


def test_a_message_is_sent_through_the_port(tmp_path):
    prosody = need("prosody")
    sender = need("go-sendxmpp")
    pair = certificate(tmp_path, "localhost")
    with as_user("prosody") as (home, user):
        for file, name in zip(pair, ("c.crt", "c.key"), strict=True):
            shutil.copy(file, home / name)
            shutil.chown(home / name, "prosody", "prosody")
        own = free_port()
        conf = home / "prosody.cfg.lua"
        conf.write_text(
            f'interfaces={{"127.0.0.1"}}\nc2s_ports={{{own}}}\nc2s_direct_tls_ports={{}}\n'
            's2s_ports={}\nhttp_ports={}\nhttps_ports={}\nauthentication="internal_plain"\n'
            f'c2s_require_encryption=true\ndata_path="{home}"\npidfile="{home}/pid"\n'
            f'ssl={{key="{home}/c.key";certificate="{home}/c.crt"}}\n'
            'modules_enabled={"roster";"saslauth";"tls";"disco"}\nmodules_disabled={"s2s"}\n'
            'log={info="*console"}\nVirtualHost "localhost"\n'
        )
        subprocess.run(
            [*user, need("prosodyctl", "prosody"), "--config", str(conf), "register", "alice",
             "localhost", "pw"],
            check=True, capture_output=True, cwd=home,
        )  # fmt: skip
        argv = [*user, prosody, "-F", "--config", str(conf)]
        routes = f"@xmpp xmpp\nroute @xmpp {{\nproxy 127.0.0.1:{own}\n}}"
        with (
            running(argv, home / "out.log", own, cwd=home) as server,
            layer4(tmp_path, routes) as (port, _),
        ):
            said = run(
                sender, "-d", "-n", "-u", "alice@localhost", "-p", "pw", "-j",
                f"127.0.0.1:{port}", "bob@localhost", stdin="hi\n",
            )  # fmt: skip
            assert said.returncode == 0, said.stderr
            server.wait_for("Authenticated as alice@localhost")
            checked = run(
                need("openssl"), "s_client", "-starttls", "xmpp", "-xmpphost", "localhost",
                "-connect", f"127.0.0.1:{port}", "-CAfile", str(pair[0]), "-verify_return_error",
            )  # fmt: skip
            assert "Verify return code: 0 (ok)" in checked.stdout, checked.stderr

from caddylite.layer4.matching import Connection
from caddylite.layer4.placeholders import join_host_port, lookup
from caddylite.placeholders import UNKNOWN, Globals, replace_all, replace_known


def test_a_connections_own_names():
    cx = Connection(("::1", 5), ("10.0.0.1", 443), started=0.0, vars={"who": "{env.HOME}"})
    cx.placeholders["l4.tls.server_name"] = "a.example"
    ask = lookup(cx, Globals({"HOME": "/h"}))
    assert replace_all("{l4.conn.remote_addr} {l4.conn.local_addr}", ask) == "[::1]:5 10.0.0.1:443"
    assert replace_all("{l4.tls.server_name}:{env.HOME}", ask) == "a.example:/h"
    assert replace_all("{l4.conn.wrap_time}", ask) == "1970-01-01 00:00:00 +0000 UTC"
    assert ask("l4.vars.none") == ""
    assert ask("l4.nope") is UNKNOWN


def test_a_value_is_expanded_once():
    cx = Connection(vars={"who": "{env.HOME}"})
    ask = lookup(cx, Globals({"HOME": "/h"}))
    assert replace_all("{l4.vars.who}", ask) == "{env.HOME}"
    assert replace_known("{l4.vars.who}{x}", ask) == "{env.HOME}{x}"


def test_a_unix_socket_is_its_path():
    assert join_host_port("/run/x") == "/run/x"

"""The ``servers`` option."""

from typing import Any

from caddylite.adapt.options._server_fields import SYNTAX
from caddylite.adapt.options._values import ServerOptions
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, read_block


def parse(d: Dispenser, existing: Any) -> ServerOptions:
    """Set up the servers on an address, or all those that no other ``servers`` option names.

    Syntax::

        servers [<address>] {
            name <name>
            listener_wrappers {
                <wrappers...>
            }
            packet_conn_wrappers {
                <wrappers...>
            }
            timeouts {
                read_body <time>
                read_body_idle <time> [<bytes per second>]
                read_header <time>
                write <time>
                write_idle <time> [<bytes per second>]
                write_max_chunk <size>
                idle <time>
            }
            keepalive_interval <time>
            keepalive_idle <time>
            keepalive_count <number>
            max_header_size <size>
            enable_full_duplex
            expected_underscore_headers <fields...>
            expected_dot_headers <fields...>
            log_credentials
            protocols h1|h2|h2c|h3...
            strict_sni_host [on|insecure_off]
            trusted_proxies <source> <options...>
            trusted_proxies_strict
            trusted_proxies_unix
            client_ip_headers <fields...>
            metrics {
                per_host
            }
            trace
            0rtt off
        }
    """
    d.next()
    address = d.opt_arg() or ""
    d.no_more_args()
    # the address is there for ``name`` to see
    fields: Fields = {"address": address}
    read_block(d, SYNTAX, "unrecognized servers option '{}'", fields)
    own = {key: fields.pop(key) for key in _OWN & fields.keys()}
    return ServerOptions(fields=fields, **own)


_OWN = {"address", "name", "log_credentials", "trace"}

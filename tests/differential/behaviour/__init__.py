"""What clients and upstreams see of handlers, balancing, networks and placeholders: scenarios that
are played once with a real Caddy that has layer 4 and once with caddylite.
"""

from tests.differential.behaviour import (
    balancing,
    chains,
    datagrams,
    dialling,
    endings,
    headers,
    health,
    listening,
    logs,
    placeholders,
    socks,
    termination,
    throttling,
    upstream_tls,
    wrappers,
)

MODULES = (
    balancing,
    chains,
    datagrams,
    dialling,
    endings,
    headers,
    health,
    listening,
    logs,
    placeholders,
    socks,
    termination,
    throttling,
    upstream_tls,
    wrappers,
)

TABLES = {m.__name__.rpartition(".")[2]: m.table for m in MODULES}

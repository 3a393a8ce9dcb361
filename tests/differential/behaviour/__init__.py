"""What clients and upstreams see of handlers, balancing, networks and placeholders: scenarios that
are played once with a real Caddy that has layer 4 and once with caddylite.
"""

from tests.differential.behaviour import (
    balancing,
    chains,
    dialling,
    headers,
    health,
    socks,
    termination,
    upstream_tls,
)

MODULES = (balancing, health, dialling, headers, termination, upstream_tls, chains, socks)

TABLES = {m.__name__.rpartition(".")[2]: m.table for m in MODULES}

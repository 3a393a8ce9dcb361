"""What clients and upstreams see of handlers, balancing, networks and placeholders: scenarios that
are played once with a real Caddy that has layer 4 and once with caddylite.
"""

from importlib import import_module

SUBJECTS = (
    "balancing", "chains", "datagrams", "dialling", "endings", "headers", "health", "listening",
    "logs", "placeholders", "socks", "termination", "throttling", "upstream_tls", "wrappers",
)  # fmt: skip

TABLES = {subject: import_module(f"{__name__}.{subject}").table for subject in SUBJECTS}

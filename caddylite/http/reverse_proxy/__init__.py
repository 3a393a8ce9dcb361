"""The parts of the reverse proxy: policies, transports, sources of upstreams, health checks."""

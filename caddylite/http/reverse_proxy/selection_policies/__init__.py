"""How one of several upstreams is chosen; one file a policy."""

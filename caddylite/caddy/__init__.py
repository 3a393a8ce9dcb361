"""What Caddy itself configures: the root, storage, logging, listener wrappers."""

"""How log records are written down; one file an encoder."""

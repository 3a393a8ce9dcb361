"""The TLS app."""

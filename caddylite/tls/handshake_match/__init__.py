"""Matchers for TLS handshakes, one file each."""

"""Trusted authorities of the TLS app."""

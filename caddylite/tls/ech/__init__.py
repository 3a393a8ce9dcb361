"""Encrypted ClientHello."""

"""Certificates of clients: what is asked of them."""

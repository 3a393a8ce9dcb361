"""Logs made live: how records are written down, and where they go."""

"""Placeholders: ``{…}`` in configs, expanded once, at config time or per connection."""

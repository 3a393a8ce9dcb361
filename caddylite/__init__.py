"""Caddy's config language and its layer-4 plugin, compiled to Twisted protocol factories."""

__version__ = "0.1.0"

#: The Caddy whose output, defaults and wording this version reproduces.
CADDY_VERSION = "2.11.7"

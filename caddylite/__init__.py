"""Caddy's config language and its layer-4 plugin, compiled to Twisted protocol factories."""

import sys

__version__ = "0.1.0"

#: The Caddy whose output, defaults and wording this version reproduces.
CADDY_VERSION = "2.11.7"

if "typing_extensions" not in sys.modules:
    # msgspec imports it where it is installed, and with it ``inspect``: a third of the time that
    # msgspec takes to start, for nothing that ``typing`` does not have since Python 3.11.
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]

"""The ``skip_log`` directive, the former name of ``log_skip``."""

from caddylite.adapt.directives.log_skip import handler

__all__ = ["handler"]

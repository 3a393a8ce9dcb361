"""The ``basicauth`` directive, the former name of ``basic_auth``."""

from caddylite.adapt.directives.basic_auth import handler

__all__ = ["handler"]

"""Do not save the config for a resume.

Syntax::

    persist_config off
"""

from caddylite.adapt.options._readers import only_off as parse

__all__ = ["parse"]

"""The type of key for certificates.

Syntax::

    key_type ed25519|p256|p384|rsa2048|rsa4096
"""

from caddylite.adapt.options._readers import one_word as parse

__all__ = ["parse"]

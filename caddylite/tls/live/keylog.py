"""``insecure_secrets_log``: session secrets in a file, in NSS key log format, for debugging."""

import os
from collections.abc import Callable
from typing import Any

from OpenSSL import SSL

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.placeholders import PlaceholderError, replace_or_err
from caddylite.tls.policy import ConnectionPolicy


def key_log(policy: ConnectionPolicy, house: House) -> Callable[[Any, bytes], None] | None:
    """Return what writes the secrets of a policy's connections, if it asks for that."""
    if not policy.insecure_secrets_log:
        return None
    try:
        path = replace_or_err(policy.insecure_secrets_log, house.globals)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except PlaceholderError as e:
        raise ConfigError(str(e)) from None
    except OSError as e:
        raise ConfigError(f"open {e.filename}: {e.strerror}") from None
    house.on_stop(lambda: os.close(handle))
    house.logger("tls").warn(
        "TLS SECURITY COMPROMISED: secrets logging is enabled!", log_filename=path
    )

    def write(connection: SSL.Connection, line: bytes) -> None:
        os.write(handle, line + b"\n")

    return write

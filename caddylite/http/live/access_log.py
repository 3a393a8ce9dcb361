"""The access log, in the shape of Caddy's: one record per request, per logger of its host."""

from collections.abc import Iterable
from typing import Any, Final

from caddylite.context import Logger
from caddylite.http.config import ServerLogs
from caddylite.http.hosts import split_host_port
from caddylite.http.request import Headers, Request, TLSState

_CREDENTIALS: Final = frozenset(("Cookie", "Set-Cookie", "Authorization", "Proxy-Authorization"))
_VERSIONS: Final = {"tls1.0": 0x301, "tls1.1": 0x302, "tls1.2": 0x303, "tls1.3": 0x304}


def loggable_headers(headers: Headers, credentials: bool) -> dict[str, list[str]]:
    """Return header fields by name; what is secret is blotted out unless ``credentials``."""
    fields: dict[str, list[str]] = {}
    for name, value in headers:
        if name in _CREDENTIALS and not credentials:
            fields[name] = ["REDACTED"]
        else:
            fields.setdefault(name, []).append(value)
    return fields


def loggable_request(
    request: Request, uri: str, headers: Headers, credentials: bool = False
) -> dict[str, Any]:
    """Return a request as records show it; ``uri`` and ``headers`` as they came."""
    remote = request.remote
    ip, port = (remote, "") if isinstance(remote, str) else (remote[0], str(remote[1]))
    shown: dict[str, Any] = {
        "remote_ip": ip,
        "remote_port": port,
        "client_ip": request.client_ip,
        "proto": request.proto,
        "method": request.method,
        "host": request.host,
        "uri": uri,
        "headers": loggable_headers(headers, credentials),
    }
    if request.tls is not None:
        shown["tls"] = _loggable_tls(request.tls)
    return shown


def _loggable_tls(state: TLSState) -> dict[str, Any]:
    from caddylite.http.live.cipher_numbers import cipher_number

    return {
        "resumed": state.resumed,
        "version": _VERSIONS.get(state.version, 0),
        "cipher_suite": cipher_number(state.cipher),
        "proto": state.alpn,
        "server_name": state.server_name,
        "ech": False,
    }


class AccessLog:
    """Decides which requests are logged, and by which loggers."""

    def __init__(self, config: ServerLogs, logger: Logger) -> None:
        self._config, self._logger = config, logger
        self.credentials = config.should_log_credentials
        self._named: dict[str, Logger] = {"": logger}

    def wants(self, request: Request) -> bool:
        """Is this request to be logged at all?"""
        host = _host(request)
        if any(wildcard_match(host, name) for name in self._config.logger_names):
            return True
        if any(wildcard_match(host, name) for name in self._config.skip_hosts):
            return False
        return not self._config.skip_unmapped_hosts

    def loggers(self, request: Request) -> list[Logger]:
        """Return the loggers for a request; ``log_name`` overrides those of its host."""
        chosen = request.vars.get("access_logger_names")
        names: Iterable[Any] = (
            chosen if isinstance(chosen, list | tuple) else self._names(_host(request))
        )
        return [self._logger_named(str(name)) for name in names]

    def _names(self, host: str) -> Iterable[str]:
        by_host = self._config.logger_names
        if host in by_host:
            return by_host[host]
        labels = host.split(".")
        for position, label in enumerate(labels):
            if not label:
                continue
            labels[position] = "*"
            found = by_host.get(".".join(labels))
            if found is not None:
                return found
        return (self._config.default_logger_name,)

    def _logger_named(self, name: str) -> Logger:
        logger = self._named.get(name)
        if logger is None:
            logger = self._named[name] = self._logger.named(name)
        return logger


def _host(request: Request) -> str:
    parts = split_host_port(request.host)
    return request.host if parts is None else parts[0]


def wildcard_match(name: str, pattern: str) -> bool:
    """Compare a name with a pattern in which a label may be ``*``, in any case."""
    name, pattern = name.lower(), pattern.lower()
    if name == pattern:
        return True
    if "*" not in pattern:
        return False
    given, wanted = name.split("."), pattern.split(".")
    return len(given) == len(wanted) and all(
        w in ("*", g) for w, g in zip(wanted, given, strict=True)
    )

"""Logs: which logger a server writes a host's requests to, and the loggers of the whole config."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from caddylite.adapt.listeners import Pairing
from caddylite.adapt.options._values import CustomLog
from caddylite.adapt.sites import SitePart, utf8
from caddylite.caddy.logs import Log, Logging
from caddylite.http.config import Names, ServerLogs
from caddylite.netaddr import split_host_port


class LogRouting:
    """Collects which logger writes the access log of which host of a server."""

    def __init__(self) -> None:
        self.default = ""
        self.names: dict[str, list[str]] = {}
        self.skipped: list[str] = []
        self.skip_unmapped = False

    def add_site(self, part: SitePart) -> None:
        """Map the hosts of a site to its loggers, or skip them if it has none."""
        logs: list[CustomLog] = [v.value for v in part.pile.get("custom_log", ())]
        if not logs:
            # other sites are logged: this one's hosts must be left out expressly
            self.skip_unmapped = self.skip_unmapped or not part.hosts()
            self.skipped += part.logged_hosts()
        for log in logs:
            if not log.no_hostname:
                self._add_log(log, part)

    def _add_log(self, log: CustomLog, part: SitePart) -> None:
        if log.hostnames:
            hosts: Iterable[str] = log.hostnames
        elif part.catches_all_hosts:
            self.default = log.name
            return
        else:
            hosts = map(_without_port, part.logged_hosts())
        for host in hosts:
            self.names.setdefault(host, []).append(log.name)

    def finished(self) -> ServerLogs:
        """Return the routing."""
        return ServerLogs(
            default_logger_name=self.default,
            logger_names={host: Names(names) for host, names in self.names.items()},
            skip_hosts=tuple(sorted(self.skipped, key=utf8)),
            skip_unmapped_hosts=self.skip_unmapped,
        )


def _without_port(host: str) -> str:
    if ":" not in host:
        return host
    try:
        return split_host_port(host)[0]
    except ValueError:
        return host


def logging(pairings: list[Pairing], options: dict[str, Any]) -> Logging | None:
    """Return the loggers that options and sites define; None if there are none."""
    wanted = [log for log in options.get("log", ()) if log.name]
    if not any(log.name == "default" for log in wanted) and "debug" in options:
        wanted.append(CustomLog("default", Log(level="DEBUG")))
    for pairing in pairings:
        for part in pairing.parts:
            wanted += [v.value for v in part.pile.get("custom_log", ()) if v.value.name]
    logs = _join_logs(wanted, "debug" in options)
    return Logging(logs=logs) if logs else None


def _join_logs(wanted: list[CustomLog], debug: bool) -> dict[str, Log]:
    """Return the loggers by name; what goes to one with a name is left out of the default one."""
    logs: dict[str, Log] = {}
    excluded: dict[str, None] = {}
    for custom in wanted:
        log = custom.log
        if log is None:
            continue
        if debug and not log.level:
            log = replace(log, level="DEBUG")
        if custom.name == "default":
            logs.setdefault("default", log)
            continue
        logs[custom.name] = log
        excluded.update(dict.fromkeys(log.include))
    if excluded:
        default = logs.get("default", Log())
        names = sorted({*default.exclude, *excluded}, key=utf8)
        logs["default"] = replace(default, exclude=tuple(names))
    return logs

"""What a config takes from where it runs: variables that are not set, files that are not there."""

import os
import re
from collections.abc import Iterator
from typing import Any, Final

from caddylite.caddy.logging.writers.net import Net
from caddylite.errors import ConfigError, Span
from caddylite.testing.lint.finding import ERROR, INFO, WARNING, Remark
from caddylite.testing.lint.names import hosts, snis
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View

_AT_LOAD = re.compile(r"\{\$([A-Za-z_]\w*)\}")
_ENV = re.compile(r"\{env\.([A-Za-z_]\w*)\}")


@rule("L4002", WARNING, "environment variable not set", unparsable=True)
def not_set(view: View) -> Iterator[Remark]:
    """Look for ``{$NAME}`` without a default, and ``{env.NAME}`` in names and addresses."""
    if view.is_caddyfile:
        for number, line in enumerate(view.lines, 1):
            for found in _AT_LOAD.finditer(_code(line)):
                if not os.environ.get(found[1]):
                    yield Remark(
                        Span(view.file, number, found.start() + 1),
                        f"${found[1]} is not set (or empty) here, so nothing stands in its place",
                        f"set it, load it with --envfile, or write a default: "
                        f"{{${found[1]}:default}}",
                    )
    for about, text in _texts(view):
        for found in _ENV.finditer(text):
            if not os.environ.get(found[1]):
                yield Remark(
                    about,
                    f"{text} needs the environment variable {found[1]}, which is not set here: "
                    "with an empty value this matches nobody (or dials nowhere)",
                    "set it for the service as well (systemd: Environment=, docker: -e)",
                )


def _code(line: str) -> str:
    return line if not line.lstrip().startswith("#") else ""


def _texts(view: View) -> Iterator[tuple[Any, str]]:
    for asked in view.matchers:
        values = snis(asked.matcher) if asked.name in ("tls", "quic") else ()
        values = hosts(asked.matcher) if asked.name == "http" else values
        for text in values:
            yield asked.matcher, text
    for place, _, text, _ in view.dials():
        yield place.handler, text


@rule("L4003", INFO, "file that cannot be read")
def missing_file(view: View) -> Iterator[Remark]:
    """Look for key files and certificates of layer 4 and TLS that are not there."""
    for about, path in _files(view):
        if "{" not in path and not os.access(path, os.R_OK):
            yield Remark(
                about if view.at(about) is not None else _where_named(view, path),
                f"{path} is not there or may not be read: on a machine like this one "
                "the config does not load",
                "check the path as the user that Caddy runs as sees it (containers: the mount)",
            )


def _where_named(view: View, path: str) -> Span | None:
    """Return the first line that has a path, for parts of the config that have no place."""
    lines = enumerate(view.lines, 1)
    return next((Span(view.file, n, s.find(path) + 1) for n, s in lines if path in s), None)


def _files(view: View) -> Iterator[tuple[Any, str]]:
    for asked in view.matchers:
        for name in ("group_key_file", "server_key_file"):
            path = getattr(asked.matcher, name, "")
            if path:
                yield asked.matcher, path
        for path in getattr(asked.matcher, "client_key_files", ()):
            yield asked.matcher, path
    tls = view.tls_app
    loader = tls.certificates.get("load_files") if tls is not None else None
    for pair in getattr(loader, "pairs", None) or ():
        yield pair, pair.certificate
        yield pair, pair.key


#: Matchers that read files when they are made ready; L4003 looks for these.
_READ_FILES: Final = {"not", "openvpn", "remote_ip_list"}


@rule("L4079", ERROR, "matcher that does not load")
def not_loading(view: View) -> Iterator[Remark]:
    """Look for ranges, expressions and times that adapt and are refused when the config loads."""
    for asked in view.matchers:
        if asked.name in _READ_FILES:
            continue
        try:
            asked.matcher.prepare(None)
        except ConfigError as error:
            if "{" not in str(error):  # a placeholder may have another value where it runs
                yield Remark(
                    asked.matcher,
                    f"Caddy adapts this and refuses to start: {error}",
                    "correct the value; 'caddylite validate' shows the same",
                )


@rule("L4004", INFO, "log that must be reachable")
def log_socket(view: View) -> Iterator[Remark]:
    """Look for logs that go to a socket: without a listener there nothing starts."""
    logging = view.config.logging if view.config is not None else None
    for log in (logging.logs if logging is not None else {}).values():
        writer = log.writer
        if isinstance(writer, Net) and not writer.soft_start:
            yield Remark(
                writer,
                f"the config does not load while nobody listens on {writer.address}: neither at "
                "the start nor at a reload, and validate fails on other machines",
                "add soft_start to it, if logs may be missed",
            )

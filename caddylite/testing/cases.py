"""Files of cases: which config, which clients, and what each of them is to get.

A file is YAML::

    config: Caddyfile          # beside this file; or variants: see below
    listen: ":443"             # where clients connect to, unless a case says otherwise
    from: 192.0.2.1            # where they come from
    env: {VPN: vpn.example.com}  # for {$VPN} in the config
    cases:                     # files that clients name are beside this file too
      - name: the VPN
        client: tls sni=vpn.example.com like=openconnect
        expect: {upstream: "127.0.0.1:4443"}
      - client: {tls: {sni: www.example.com, http: /api/x}}
        expect: {site: www.example.com}
      - client: bytes hex=00
        expect: closed
        any_cut: false         # do not try other cuts

    variants:                  # in place of config and env: every case is run with each
      - {name: home, config: Caddyfile, env: {VPN: vpn.example.com}}

``expect`` is an outcome (``proxy``, ``echo``, ``close``, ``socks5``, ``http``, ``tls``,
``closed``, ``waiting``), or a mapping of ``outcome``, ``upstream`` (one of those that may be
dialled), ``upstreams`` (all of them), ``handler`` (a name, or its whole place), ``route``,
``site`` (one of its names), ``line`` (of the Caddyfile), ``seen_from`` (whom a PROXY header
names) and ``why`` (some of the words).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from caddylite.errors import ConfigError, Span, UnknownName
from caddylite.testing import yaml_file
from caddylite.testing.clients import Client
from caddylite.testing.clients.spec import read
from caddylite.testing.yaml_file import Located

OUTCOMES: Final = ("proxy", "echo", "close", "socks5", "http", "tls", "closed", "pending")
_TOP: Final = ("config", "variants", "env", "listen", "from", "any_cut", "cases")
_CASE: Final = ("name", "client", "listen", "from", "expect", "any_cut", "patience")
_VARIANT: Final = ("name", "config", "env")
EXPECTED: Final = (
    "outcome", "upstream", "upstreams", "handler", "route", "site", "line", "seen_from", "why",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variant:
    """A config to run the cases with; ``env`` is set while it is compiled."""

    name: str
    config: Path
    env: Mapping[str, str]
    at: Span


@dataclass(frozen=True, slots=True)
class Case:
    """One client, and what it is to get (None: nothing is said yet)."""

    name: str
    client: Client
    listen: str
    expect: Mapping[str, Any] | None
    any_cut: bool
    at: Span
    #: Where the expectation stands in the file's text, or where it would be put.
    span: tuple[int, int] = (0, 0)
    indent: int = 0


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of cases, read."""

    path: Path
    text: str
    variants: tuple[Variant, ...]
    cases: tuple[Case, ...]


def load(path: str | Path) -> CaseFile:
    """Read a file of cases; ConfigError, with file, line and hint, for what is wrong with it."""
    file = Path(path)
    try:
        text = file.read_text()
    except OSError as e:
        raise ConfigError(f"open {path}: {(e.strerror or str(e)).lower()}") from None
    return parse_text(text, file)


def parse_text(text: str, file: Path) -> CaseFile:
    """Read the text of a file of cases."""
    top = yaml_file.read(text, str(file))
    said = _mapping(top, _TOP, "a file of cases")
    listed = said.get("cases")
    if listed is None:
        raise ConfigError("there are no 'cases:'", top.at, "add a list of clients under 'cases:'")
    if not isinstance(listed.value, tuple):
        raise ConfigError("'cases' is not a list", listed.at, "begin each case with '- client:'")
    cases = tuple(_case(entry, number, said) for number, entry in enumerate(listed.value))
    return CaseFile(file, text, tuple(_variants(said, file)), cases)


def _mapping(found: Located, known: tuple[str, ...], what: str) -> dict[str, Located]:
    if not isinstance(found.value, dict):
        raise ConfigError(f"{what} is a mapping", found.at, "its keys: " + ", ".join(known))
    for name, value in found.value.items():
        if name not in known:
            unknown = UnknownName(f"unknown key '{name}' of {what}", name, known, value.at)
            unknown.hint = unknown.hint or "known: " + ", ".join(known)
            raise unknown
    return found.value


def _variants(said: dict[str, Located], file: Path) -> Iterator[Variant]:
    listed = said.get("variants")
    if listed is None:
        yield _variant(said, file, "")
        return
    if not isinstance(listed.value, tuple) or not listed.value:
        raise ConfigError("'variants' is not a list", listed.at, "begin each with '- config:'")
    for number, entry in enumerate(listed.value):
        yield _variant(
            said | _mapping(entry, _VARIANT, "a variant"), file, f"variant {number + 1}"
        )


def _variant(said: dict[str, Located], file: Path, name: str) -> Variant:
    config = _text(said, "config") or "Caddyfile"
    env = said.get("env")
    values = {}
    if env is not None:
        if not isinstance(env.value, dict):
            raise ConfigError("'env' is not a mapping", env.at, "write env: {NAME: value}")
        values = {k: str(v.plain()) for k, v in env.value.items()}
    at = said["config"].at if "config" in said else Span(str(file), 1)
    called = (_text(said, "name") or name) if name else ""
    return Variant(called, file.parent / config, values, at)


def _text(said: Mapping[str, Located], name: str) -> str:
    found = said.get(name)
    if found is None:
        return ""
    if isinstance(found.value, dict | tuple):
        raise ConfigError(f"'{name}' is one value", found.at, f"write {name}: …")
    return str(found.value)


def _yes(said: Mapping[str, Located], name: str, default: bool) -> bool:
    found = said.get(name)
    if found is None:
        return default
    if not isinstance(found.value, bool):
        raise ConfigError(f"'{name}' is not yes or no", found.at, f"write {name}: false")
    return found.value


def _case(entry: Located, number: int, top: Mapping[str, Located]) -> Case:
    said = _mapping(entry, _CASE, "a case")
    if "client" not in said:
        raise ConfigError("a case without a client", entry.at, "add 'client: tls sni=…'")
    client = _client(said["client"])
    source = _text(said, "from") or _text(top, "from")
    try:
        if source:
            client = client.coming_from(source)
        if "patience" in said:
            client = replace(client, patience=float(_text(said, "patience").removesuffix("s")))
    except (ConfigError, ValueError) as e:
        raise _at(e, said.get("from") or said.get("patience") or top["from"]) from None
    expect = said.get("expect")
    anchor = expect or said["client"]
    return Case(
        name=_text(said, "name") or client.label or f"case {number + 1}",
        client=client,
        listen=_text(said, "listen") or _text(top, "listen"),
        expect=None if expect is None else _expectation(expect),
        any_cut=_yes(said, "any_cut", _yes(top, "any_cut", True)),
        at=entry.at,
        span=(anchor.start, anchor.end) if expect is not None else (anchor.end, anchor.end),
        indent=entry.column,
    )


def _client(said: Located) -> Client:
    try:
        return read(said.plain(), Path(said.at.file).parent)
    except ConfigError as e:
        raise _at(e, said) from None


def _at(error: Exception, said: Located) -> ConfigError:
    hint = error.hint if isinstance(error, ConfigError) else None
    message = error.message if isinstance(error, ConfigError) else str(error)
    return ConfigError(message, said.at, hint)


def _expectation(said: Located) -> Mapping[str, Any]:
    if not isinstance(said.value, dict):
        return {"outcome": _outcome(said)}
    known = _mapping(said, EXPECTED, "what is expected")
    if "outcome" in known:
        _outcome(known["outcome"])
    for name in known.keys() - {"upstreams"}:
        _text(known, name)
    out: dict[str, Any] = said.plain()
    if out.get("outcome") == "waiting":
        out["outcome"] = "pending"
    return out


def _outcome(said: Located) -> str:
    word = "pending" if said.value == "waiting" else str(said.value)
    if word not in OUTCOMES:
        known = [*OUTCOMES[:-1], "waiting"]
        error = UnknownName(f"unknown outcome '{word}'", word, known, said.at)
        error.hint = error.hint or "known: " + ", ".join(known)
        raise error
    return word


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    import os

    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

"""The block of ``log``, shared by the directive and the global option."""

from typing import Any

from caddylite.caddy.kinds import LogCore, LogEncoder, LogWriter
from caddylite.caddy.logging.wrapping import unprintable
from caddylite.caddy.logs import Log, Sampling
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, Reader, Table, flag, more_words, only_text
from caddylite.gonumbers import atoi
from caddylite.values import Duration


def read_log(d: Dispenser, is_option: bool) -> tuple[Log, Fields]:
    """Read the block that opens here: return the log, and what else was said.

    That is ``hostnames`` (a tuple), ``no_hostname``, and ``unprintable``, why the encoder had to
    be left out. The lines that only the directive or only the option knows are refused by name in
    the other.
    """
    fields: Fields = {}
    seen: set[str] = set()
    for name in d.block():
        if name in _ONCE:
            if name in seen:
                raise d.err(
                    f"'{name}' subdirective specified more than once in the same log block"
                )
            seen.add(name)
        if name not in _SYNTAX:
            raise d.err(f"unrecognized subdirective: {name}")
        if is_option and name == "hostnames":
            raise d.err("hostnames is not allowed in the log global options")
        if not is_option and name in ("include", "exclude"):
            raise d.err(f"{name} is not allowed in the log directive")
        _SYNTAX[name](d, fields)
    others: Fields = {name: fields.pop(name) for name in _OTHERS if name in fields}
    return Log(**fields), others


def _module(field: str, kind: Any) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        d.arg()
        out[field] = load_module(d, kind)

    return read


def _output(d: Dispenser, out: Fields) -> None:
    from caddylite.registry import lookup

    if d.arg() in ("stdout", "stderr", "discard"):
        # Caddy looks at no more words of these; the next one is taken for a subdirective.
        writer: Any = lookup(f"caddy.logging.writers.{d.val}")
        out["writer"] = writer()
    else:
        out["writer"] = load_module(d, LogWriter)


def _format(d: Dispenser, out: Fields) -> None:
    d.arg()
    encoder = load_module(d, LogEncoder)
    number = unprintable(encoder)
    if number:
        out["unprintable"] = f"json: unsupported value: {number}"
    else:
        out["encoder"] = encoder


def _hostnames(d: Dispenser, out: Fields) -> None:
    out["hostnames"] = (*out.get("hostnames", ()), *d.some_args())


def _sampling(d: Dispenser, out: Fields) -> None:
    block = d.sub()
    block.args()
    fields: Fields = {}
    for name in block.block():
        if name in fields:
            raise block.err(f"'{name}' specified more than once in the same sampling block")
        if name not in _SAMPLING:
            raise block.err(f"unrecognized subdirective: {name}")
        word = block.arg()
        try:
            fields[name] = _SAMPLING[name](word)
        except ValueError as e:
            raise block.err(f"failed to parse {name}: {e}") from None
    out["sampling"] = Sampling(**fields)


_SAMPLING: dict[str, Any] = {"interval": Duration.parse, "first": atoi, "thereafter": atoi}
_SYNTAX: Table = {
    "hostnames": _hostnames,
    "output": _output,
    "sampling": _sampling,
    "core": _module("core", LogCore),
    "format": _format,
    "level": only_text("level"),
    "include": more_words("include"),
    "exclude": more_words("exclude"),
    "no_hostname": flag("no_hostname"),
}
_OTHERS = ("hostnames", "no_hostname", "unprintable")
#: Those that must not be said twice.
_ONCE = frozenset({"output", "sampling", "core", "format", "level", "no_hostname"})

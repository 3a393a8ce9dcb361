"""The ``templates`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, text, words
from caddylite.http.handlers.templates import Templates
from caddylite.http.template_functions import TemplateFunctions


def handler(h: Helper) -> Templates:
    """Execute responses as templates.

    Syntax::

        templates [<matcher>] {
            mime       <types...>
            between    <open> <close>
            root       <path>
            extensions {
                <module> [...]
            }
        }

    Caddy passes over words that it does not know here, and so do we.
    """
    h.next()
    fields: Fields = {}
    for option in h.block():
        if option in _SYNTAX:
            _SYNTAX[option](h, fields)
    return Templates(**fields)


def _between(d: Dispenser, out: Fields) -> None:
    found = d.args()
    if len(found) != 2:
        raise d.arg_err()
    out["delimiters"] = tuple(found)


def _extensions(d: Dispenser, out: Fields) -> None:
    d.no_more_args()
    if out.get("extensions"):
        raise d.err("extensions already specified")
    out["extensions"] = {name: load_module(d, TemplateFunctions) for name in d.block()}


_SYNTAX = {
    "mime": words("mime_types"),
    "between": _between,
    "root": text("file_root"),
    "extensions": _extensions,
}

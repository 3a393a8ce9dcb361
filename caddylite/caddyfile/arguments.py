"""The arguments of an import, put into the words it brings.

Syntax::

    {args[0]}       the first argument; inside a word, too
    {args[:]}       all of them, each a word of its own; {args[1:]}, {args[:2]}, {args[1:2]}
    {args.0}        an old form of {args[0]}
"""

import re
from collections.abc import Sequence
from typing import Any

from caddylite.caddyfile.token import Token
from caddylite.notices import notice

_DEPRECATED = re.compile(r"args\.(.+)")
_INDEXED = re.compile(r"args\[(.+)]")
_INTEGER = re.compile(r"[+-]?[0-9]+")


class Arguments:
    """The arguments of one import."""

    def __init__(self, args: Sequence[str]) -> None:
        self.args = args

    def put_into(self, token: Token) -> list[Token]:
        """Return the word, or words, that this word becomes."""
        text = token.text
        if "{" not in text and "}" not in text:
            return [token]
        chosen = self._variadic(token)
        if chosen is not None:
            return [token.replaced(arg) for arg in chosen]
        from caddylite.placeholders import replace_known

        return [token.replaced(replace_known(text, self._value))]

    def _variadic(self, token: Token) -> Sequence[str] | None:
        """Return the arguments that ``{args[from:to]}`` stands for; None if it is not one."""
        text = token.text
        if not (text.startswith("{args[") and text.endswith("]}")):
            return None
        inside = text.removeprefix("{args[").removesuffix("]}")
        if not inside:
            self._remark(token, f"Placeholder {text} cannot have an empty index")
            return None
        first, colon, last = inside.partition(":")
        if not colon or "}" in first or "{" in last:  # several placeholders may share a word
            return None
        start = _atoi(first) if first else 0
        if start is None:
            self._remark(token, f"Variadic placeholder {text} has an invalid start index")
            return None
        end = _atoi(last) if last else len(self.args)
        if end is None:
            self._remark(token, f"Variadic placeholder {text} has an invalid end index")
            return None
        if not 0 <= start <= end <= len(self.args):
            self._remark(
                token,
                f"Variadic placeholder {text} indices are out of bounds, "
                f"only {len(self.args)} argument(s) exist",
            )
            return None
        return self.args[start:end]

    def _remark(self, token: Token, message: str) -> None:
        notice(message, "caddyfile", file=str(token.span), import_chain=list(token.imports))

    def _value(self, name: str) -> Any:
        """Look up a placeholder: ``args[0]`` or ``args.0``."""
        from caddylite.placeholders import UNKNOWN

        old = _DEPRECATED.search(name)
        match = old or _INDEXED.search(name)
        if match is None or match[0] != name:
            return UNKNOWN
        shown = f"Placeholder {{{name}}}"
        if not old and ":" in match[1]:
            notice(f"Variadic placeholder {{{name}}} must be a token on its own", "caddyfile")
            return UNKNOWN
        index = _atoi(match[1])
        if index is None or index < 0:
            notice(f"{shown} has an invalid index", "caddyfile")
            return UNKNOWN
        if index >= len(self.args):
            notice(
                f"{shown} index is out of bounds, only {len(self.args)} argument(s) exist",
                "caddyfile",
            )
            return UNKNOWN
        if old:
            notice(f"{shown} deprecated, use {{args[{match[1]}]}} instead", "caddyfile")
        return self.args[index]


def _atoi(text: str) -> int | None:
    if not _INTEGER.fullmatch(text):
        return None
    value = int(text)
    return value if -(1 << 63) <= value < 1 << 63 else None

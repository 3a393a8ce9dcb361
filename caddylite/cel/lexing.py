"""Text → tokens, for the terminals of ``grammar/cel.lark``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from caddylite.cel.problems import Problems, shown

_ESCAPE = (
    r"\\(?:[abfnrtv\"'\\?`]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}"
    r"|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)


def _opened(quote: str) -> str:
    """Match a string in these quotes as far as it is right, without its end."""
    if len(quote) == 1:
        return rf"{quote}(?:{_ESCAPE}|[^\\{quote}\r\n])*+"
    return rf"{quote}(?:{_ESCAPE}|(?!{quote})[^\\])*+"


def _opened_raw(quote: str) -> str:
    inside = rf"[^{quote}\r\n]*+" if len(quote) == 1 else rf"(?:(?!{quote})[\s\S])*+"
    return rf"[rR]{quote}{inside}"


_QUOTES: Final = ('"""', "'''", '"', "'")
_OPENED = [(opened(q), q) for q in _QUOTES for opened in (_opened, _opened_raw)]
_STRING = "|".join(body + quote for body, quote in _OPENED)
_DIGITS = r"[0-9]+"
_EXPONENT = r"[eE][+-]?[0-9]+"
_TOKEN: Final = re.compile(
    rf"(?P<SPACE>[\t \r\n\f]+|//[^\n]*)"
    rf"|(?P<BYTES>[bB](?:{_STRING}))|(?P<STRING>{_STRING})"
    rf"|(?P<DOUBLE>{_DIGITS}\.{_DIGITS}(?:{_EXPONENT})?|{_DIGITS}{_EXPONENT}"
    rf"|\.{_DIGITS}(?:{_EXPONENT})?)"
    rf"|(?P<UINT>0x[0-9a-fA-F]+[uU]|{_DIGITS}[uU])|(?P<INT>0x[0-9a-fA-F]+|{_DIGITS})"
    r"|(?P<WORD>[A-Za-z_][A-Za-z0-9_]*)|(?P<QUOTED>`[A-Za-z0-9_.\-/ ]+`)"
    r"|(?P<SIGN>==|!=|<=|>=|&&|\|\||[<>\[\]{}().,\-!?:+*/%])"
)
#: As much of a string as is right, where one is wrong.
_BEGINNING: Final = re.compile("[bB]?(?:" + "|".join(body for body, _ in _OPENED) + ")")
_SIGNS: Final = {
    "==": "RELATION", "!=": "RELATION", "<": "RELATION", "<=": "RELATION", ">": "RELATION",
    ">=": "RELATION", "&&": "AND", "||": "OR", "[": "LBRACKET", "]": "_RBRACKET",
    "{": "LBRACE", "}": "_RBRACE", "(": "LPAREN", ")": "_RPAREN", ".": "DOT", ",": "_COMMA",
    "-": "MINUS", "!": "EXCLAMATION", "?": "QUESTION", ":": "COLON", "+": "PLUS", "*": "STAR",
    "/": "SLASH", "%": "PERCENT",
}  # fmt: skip
_WORDS: Final = {"in": "IN", "true": "TRUE", "false": "FALSE", "null": "NULL"}
#: After these a minus is an operator between two values.
_ENDS_A_VALUE: Final = frozenset(
    ("IDENTIFIER", "QUOTED", "TRUE", "FALSE", "NULL", "INT", "UINT", "DOUBLE", "STRING", "BYTES",
     "_RPAREN", "_RBRACKET", "_RBRACE")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A terminal's name, its text and the offset it stands at."""

    terminal: str
    text: str
    at: int


def tokens(source: str, problems: Problems) -> list[Token]:
    """Cut a text; what is no token is complained of and left out."""
    found: list[Token] = []
    for token in _cut(source, problems):
        if token.terminal in ("INT", "DOUBLE") and _is_signed(found):
            sign = found.pop()
            token = Token(token.terminal, "-" + token.text, sign.at)
        elif token.terminal == "LBRACE" and found and found[-1].terminal == "IDENTIFIER":
            token = Token("MESSAGE", token.text, token.at)
        found.append(token)
    return found


def _is_signed(before: list[Token]) -> bool:
    """Is there a minus that begins a value, and only one?"""
    names = [None, None, None, *(token.terminal for token in before[-3:])][-3:]
    if names[2] != "MINUS":
        return False
    if names[1] == "MINUS":
        return names[0] in _ENDS_A_VALUE
    return names[1] not in _ENDS_A_VALUE and names[1] != "DOT"


def _cut(source: str, problems: Problems) -> Iterator[Token]:
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            end = _end_of_nonsense(source, at)
            problems.add(
                at, f"Syntax error: token recognition error at: '{shown(source[at:end])}'"
            )
            at = end
            continue
        kind, text = str(match.lastgroup), match[0]
        if kind == "WORD":
            kind = _WORDS.get(text, "IDENTIFIER")
        elif kind == "SIGN":
            kind = _SIGNS[text]
        if kind != "SPACE":
            yield Token(kind, text, at)
        at = match.end()


def _end_of_nonsense(source: str, at: int) -> int:
    """Find where to go on: behind the character that fits nowhere."""
    begun = _BEGINNING.match(source, at)
    if begun is not None:
        escape = source.startswith("\\", begun.end())
        return min(begun.end() + 1 + escape, len(source))
    return min(at + (2 if source[at] in "&|=" else 1), len(source))

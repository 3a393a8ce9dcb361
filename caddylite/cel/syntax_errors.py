"""Complaints about the shape of an expression, in the words of cel-go's parser (ANTLR)."""

from typing import Final

from caddylite.cel.lexing import Token
from caddylite.cel.problems import shown
from caddylite.lalr import Unexpected

#: Terminals in ANTLR's order, as they are written in its messages.
_WRITTEN: Final = {
    "LBRACKET": "'['", "_RBRACKET": "']'", "LBRACE": "'{'", "_RBRACE": "'}'", "LPAREN": "'('",
    "_RPAREN": "')'", "DOT": "'.'", "_COMMA": "','", "MINUS": "'-'", "EXCLAMATION": "'!'",
    "QUESTION": "'?'", "COLON": "':'", "TRUE": "'true'", "FALSE": "'false'", "NULL": "'null'",
    "DOUBLE": "NUM_FLOAT", "INT": "NUM_INT", "UINT": "NUM_UINT", "STRING": "STRING",
    "BYTES": "BYTES", "IDENTIFIER": "IDENTIFIER", "QUOTED": "ESC_IDENTIFIER", "$END": "<EOF>",
}  # fmt: skip
_NAMES: Final = frozenset(("IDENTIFIER", "QUOTED"))
_CONSTANTS: Final = frozenset(("TRUE", "FALSE", "NULL"))


def complaint(error: Unexpected, given: list[Token], source: str) -> tuple[int, str]:
    """Return the place of an unexpected token, and what to say of it."""
    token: Token | None = error.value
    place = len(given) if token is None else given.index(token)
    at = len(source) if token is None else token.at
    before = given[place - 1] if place else None
    if before is not None and _cannot_go_on(error, before):
        found = "" if token is None else token.text
        if error.terminal in _CONSTANTS and before.terminal == "DOT":
            words = f"mismatched input '{found}' expecting IDENTIFIER"
        else:
            text = source[before.at : at] if token is not None else before.text
            words = f"no viable alternative at input '{shown(text + found)}'"
    else:
        after = given[place + 1].terminal if place + 1 < len(given) else "$END"
        words = _words(error, "<EOF>" if token is None else shown(token.text), before, after)
    return at, "Syntax error: " + words


def _words(error: Unexpected, found: str, before: Token | None, after: str) -> str:
    wanted = _wanted(error.expected)
    negated = before is not None and before.terminal == "EXCLAMATION"
    if negated:
        wanted |= {"MINUS"}
    names = [_WRITTEN[t] for t in _WRITTEN if t in wanted]
    expecting = names[0] if len(names) == 1 else "{" + ", ".join(names) + "}"
    if negated if error.terminal == "$END" else after in wanted:
        return f"extraneous input '{found}' expecting {expecting}"
    if len(wanted) == 1 and "$END" not in wanted and _may_follow(error.terminal, wanted):
        return f"missing {expecting} at '{found}'"
    return f"mismatched input '{found}' expecting {expecting}"


def _cannot_go_on(error: Unexpected, before: Token) -> bool:
    """Is it a name after a dot, or a value after a minus sign, that is missing?"""
    after_dot = before.terminal == "DOT" and error.expected <= {*_NAMES, "QUESTION"}
    return after_dot or (before.terminal == "MINUS" and "EXCLAMATION" not in error.expected)


def _wanted(expected: frozenset[str]) -> frozenset[str]:
    """Return what ANTLR names: behind a value only what closes, not all the operators."""
    if "IDENTIFIER" in expected:
        return expected
    if "$END" in expected:
        return frozenset(("$END",))
    closing = expected & {"_RPAREN", "_RBRACKET", "_RBRACE", "COLON"}
    if "_COMMA" in expected and "_RPAREN" not in expected:
        return closing | {"_COMMA"}
    return closing


def _may_follow(terminal: str, wanted: frozenset[str]) -> bool:
    """Would this terminal be right behind what is missing?"""
    begins_value = terminal in _WRITTEN and terminal not in (
        "_RBRACKET", "_RBRACE", "_RPAREN", "_COMMA", "COLON", "QUESTION", "$END"
    )  # fmt: skip
    return begins_value if "COLON" in wanted else terminal == "$END"

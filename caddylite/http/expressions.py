"""Expressions about requests: what the ``expression`` matcher compiles and evaluates.

Beside what every expression can use (``caddylite/cel``) there is the request ``req``, its
placeholders (``{http.request.method}`` stands for ``ph(req, "http.request.method")``), and the
request matchers as functions.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from caddylite.cel import library, program
from caddylite.cel.declarations import Environment, generic
from caddylite.cel.macros import STANDARD
from caddylite.cel.problems import BadExpression, EvalError
from caddylite.cel.steps import Constant
from caddylite.cel.types import BOOL
from caddylite.cel.types import REQUEST as REQUEST_TYPE
from caddylite.cel.values import Duration, Function, Map, Timestamp, no_overload
from caddylite.errors import ConfigError
from caddylite.http.expression_macros import PLACEHOLDER, REQUEST
from caddylite.http.expression_matchers import MATCHERS, macros
from caddylite.http.matching import MatchError, Test
from caddylite.http.replacer import value as placeholder_value
from caddylite.http.request import Request
from caddylite.placeholders import UNKNOWN, to_string

_PLACEHOLDER: Final = re.compile(r"([^\\]|^)\{([a-zA-Z][\w.-]+)\}", re.ASCII)
_ESCAPED: Final = re.compile(r"\\\{([a-zA-Z][\w.-]+)\}", re.ASCII)


class MatcherFailed(EvalError):
    """A matcher inside an expression ends the request; the status is in ``error``."""

    def __init__(self, error: MatchError) -> None:
        super().__init__(str(error))
        self.error = error


def expanded(text: str) -> str:
    """Write placeholders as calls; those with a backslash before them as they are without it."""
    text = _PLACEHOLDER.sub(rf'\1{PLACEHOLDER}({REQUEST}, "\2")', text)
    return _ESCAPED.sub(r"{\1}", text)


@cache
def environment() -> Environment:
    """Return what expressions about requests can use."""
    functions = dict(library.standard())
    functions[PLACEHOLDER] = generic(_placeholder, "(http.Request, string) -> any")
    for name, matcher in MATCHERS.items():
        signature = f"(http.Request, {matcher.parameter}) -> bool"
        functions[name] = generic(no_overload, signature)
    return Environment(functions, {**STANDARD, **macros()}, {REQUEST: REQUEST_TYPE})


def compile_test(text: str, name: str) -> Test:
    """Compile an expression; ``name`` is that of its regular expressions. ConfigError if bad."""
    try:
        kind, finish = program.check(expanded(text), environment())
        if kind != BOOL:
            raise ConfigError(
                f"CEL request matcher expects return type of bool, not {kind.full_name()}"
            )
        run = finish(lambda function, constants: _matcher_call(function, constants, name))
    except BadExpression as e:
        raise ConfigError(f"compiling CEL program: {e}") from None

    def test(request: Request) -> bool:
        try:
            return run(request) is True
        except MatcherFailed as e:
            raise e.error from None
        except EvalError as e:
            raise MatchError(500, f"evaluating expression: {e}") from None

    return test


def _matcher_call(
    function: str, constants: Sequence[Constant | None], name: str
) -> Function | None:
    """Return what calls a matcher; one whose arguments are constant is prepared now."""
    matcher = MATCHERS.get(function)
    if matcher is None:
        return None
    given = constants[1]
    if given is None:
        return lambda request, data: _ask(_prepared(matcher.make, data, name), request)
    try:
        test = matcher.make(given.value, name)
    except (ConfigError, EvalError) as e:
        raise BadExpression(str(e)) from None
    return lambda request, _: _ask(test, request)


def _prepared(make: Any, data: Any, name: str) -> Test:
    try:
        test: Test = make(data, name)
    except ConfigError as e:
        raise EvalError(str(e)) from None
    return test


def _ask(test: Test, request: Request) -> bool:
    try:
        return test(request)
    except MatchError as e:
        raise MatcherFailed(e) from None


def _placeholder(request: Any, name: Any) -> Any:
    """Look a placeholder up; one that is not known is null."""
    if not isinstance(request, Request) or not isinstance(name, str):
        raise no_overload()
    found = placeholder_value(request, name)
    return None if found is UNKNOWN else _adapted(found)


def _adapted(value: Any) -> Any:
    """Return a placeholder's value as one of an expression."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (list, tuple)):
        return [_adapted(v) for v in value]
    if isinstance(value, Mapping):
        return Map((_adapted(k), _adapted(v)) for k, v in value.items())
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, timedelta):
        return Duration(value // timedelta(microseconds=1) * 1000)
    return to_string(value)


def _moment(value: datetime) -> Timestamp:
    value = value.astimezone() if value.tzinfo is None else value
    offset = value.utcoffset() or timedelta()
    since = value - datetime.fromtimestamp(0, value.tzinfo)
    return Timestamp(since // timedelta(microseconds=1) * 1000, int(offset.total_seconds()))

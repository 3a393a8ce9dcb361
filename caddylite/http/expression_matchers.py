"""The request matchers as functions of expressions: ``path('/a*')``, ``header({'X': 'y'})``.

Each is a macro; it stands for a function of the request and a list, text or map. Where that is
constant, the matcher is prepared once, else at each request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from caddylite.cel.macros import ANY, Macros
from caddylite.cel.problems import EvalError
from caddylite.cel.values import Map, type_name
from caddylite.errors import InvalidConfiguration
from caddylite.http.expression_macros import (
    Expand,
    file_macro,
    list_macro,
    map_macro,
    string_macro,
)
from caddylite.http.matching import RequestMatcher, Test
from caddylite.http.regexps import MatchRegexp
from caddylite.registry import find

#: Makes a test of what the function was given and the name of the expression.
Factory = Callable[[Any, str], Test]


@dataclass(frozen=True, slots=True)
class MatcherFunction:
    """A matcher in expressions; ``parameter`` is the type of what it is given."""

    macro: str
    arguments: int
    name: str
    parameter: str
    make: Factory


def _matcher(name: str) -> type[RequestMatcher]:
    found: type[RequestMatcher] = find("http.matchers", name)
    return found


def _simple(name: str) -> Factory:
    """Make matchers that are a list of texts."""
    return lambda words, _: _matcher(name)(_texts(words)).prepare(None)


def _of_map(name: str) -> Factory:
    return lambda given, _: _matcher(name)(text_lists(given)).prepare(None)


def _method(words: Any, _: str) -> Test:
    methods = frozenset(_texts(words))  # unlike those of the matcher they stay as they are
    return lambda request: request.method in methods


def _remote_ip(words: Any, _: str) -> Test:
    ranges = _texts(words)
    if "forwarded" in ranges:
        raise EvalError(
            "the 'forwarded' option is no longer supported; use the 'client_ip' matcher instead"
        )
    return _matcher("remote_ip")(ranges).prepare(None)


def _protocol(name: Any, _: str) -> Test:
    return _matcher("protocol")(_text(name).lower()).prepare(None)


def _path_regexp(given: Any, name: str) -> Test:
    *own, pattern = _texts(given) if isinstance(given, list) else (_text(given),)
    return _matcher("path_regexp")("".join(own) or name, pattern).prepare(None)


def _field_regexp(matcher: str) -> Factory:
    """``(field, pattern)``, or ``(name, field, pattern)``."""

    def make(given: Any, name: str) -> Test:
        *own, field, pattern = _texts(given)
        regexp = MatchRegexp("".join(own) or name, pattern)
        return _matcher(matcher)({field: regexp}).prepare(None)

    return make


def _url_pattern(given: Any, _: str) -> Test:
    words = _texts(given) if isinstance(given, list) else (_text(given),)
    return _matcher("url_pattern")(*words).prepare(None)


def _file(given: Any, _: str) -> Test:
    options = text_lists(given)

    def first(name: str) -> str:
        return (options.get(name) or ("",))[0]

    files = options.get("try_files")
    matcher = _matcher("file")(
        first("fs"), first("root"), files or (), first("try_policy"), options.get("split_path", ())
    )
    try:
        return matcher.prepare(None) if files != () else _never
    except InvalidConfiguration:
        return _never  # Caddy does not validate here: a policy that is none finds no file


def _never(_: Any) -> bool:
    return False


_LIST: Final = "list(string)"
_MAP: Final = "map(string, dyn)"
_ROWS: Final[tuple[tuple[str, int, str, str, Factory], ...]] = (
    ("client_ip", ANY, "client_ip_match_request_list", _LIST, _simple("client_ip")),
    ("file", ANY, "file", _MAP, _file),
    ("header", 1, "header_matcher_request_map", _MAP, _of_map("header")),
    ("header_regexp", 2, "header_regexp_request_string_string", _LIST,
     _field_regexp("header_regexp")),
    ("header_regexp", 3, "header_regexp_request_string_string_string", _LIST,
     _field_regexp("header_regexp")),
    ("host", ANY, "host_match_request_list", _LIST, _simple("host")),
    ("method", ANY, "method_request_list", _LIST, _method),
    ("path", ANY, "path_match_request_list", _LIST, _simple("path")),
    ("path_regexp", 1, "path_regexp_request_string", "string", _path_regexp),
    ("path_regexp", 2, "path_regexp_request_string_string", _LIST, _path_regexp),
    ("protocol", 1, "protocol_request_string", "string", _protocol),
    ("query", 1, "query_matcher_request_map", _MAP, _of_map("query")),
    ("remote_ip", ANY, "remote_ip_match_request_list", _LIST, _remote_ip),
    ("url_pattern", 1, "url_pattern_request_string", "string", _url_pattern),
    ("url_pattern", 2, "url_pattern_request_string_string", _LIST, _url_pattern),
    ("vars", 1, "vars_matcher_request_map", _MAP, _of_map("vars")),
    ("vars_regexp", 2, "vars_regexp_request_string_string", _LIST, _field_regexp("vars_regexp")),
    ("vars_regexp", 3, "vars_regexp_request_string_string_string", _LIST,
     _field_regexp("vars_regexp")),
)  # fmt: skip
#: The matchers by the name of the function that their macro calls.
MATCHERS: Final[Mapping[str, MatcherFunction]] = {row[2]: MatcherFunction(*row) for row in _ROWS}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise EvalError(f"unsupported value type in matcher input: {type_name(value)}")


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(map(_text, values))


def text_lists(given: Map) -> dict[str, tuple[str, ...]]:
    """Return a map's texts and lists of texts as lists; EvalError for anything else in it."""
    out: dict[str, tuple[str, ...]] = {}
    for key, value in given.items():
        if not isinstance(key, str):
            raise EvalError(f"unsupported map key type in header match: {type_name(key)}")
        out[key] = _texts(value) if isinstance(value, list) else (_text(value),)
    return out


def macros() -> Macros:
    """Return the macros that stand for the matchers."""
    return {(m.macro, m.arguments, False): _expander(m) for m in MATCHERS.values()}


def _expander(matcher: MatcherFunction) -> Expand:
    if matcher.macro == "file":
        return file_macro(matcher.name)
    makers = {_LIST: list_macro, _MAP: map_macro, "string": string_macro}
    return makers[matcher.parameter](matcher.name)

"""Makes expressions (CEL) that are right in their types, and spoils them."""

import re
from collections.abc import Callable
from random import Random

TYPES = ("int", "uint", "double", "string", "bytes", "bool", "duration", "timestamp")
PLACEHOLDERS = (
    "http.request.method", "http.request.uri.path", "http.request.uri.query.a", "nope.x",
    "http.request.header.X-Num", "http.request.port", "http.vars.v", "http.request.uri.path.0",
)  # fmt: skip
CONSTANTS = {
    "int": [
        "0", "1", "-1", "2", "7", "-3", "100", "0x1F", "9223372036854775807",
        "-9223372036854775808",
    ],
    "uint": ["0u", "1u", "2u", "63u", "18446744073709551615u"],
    "double": [
        "0.0", "1.0", "-1.5", "2.5", "0.1", "1e20", "1e-7", "9007199254740993.0", "1e300",
        "1.0/0.0", "0.0/0.0",
    ],
    "string": [
        "''", "'a'", "'abc'", "'héllo'", "'1'", "'-2'", "'1.5'", "'a,b,c'", "'x y'",
        "'2020-01-01T00:00:00Z'", "'1h'", "'true'", "'€\\U0001F600'",
    ],
    "bytes": ["b''", "b'a'", "b'\\xff'", "b'abc'"],
    "bool": ["true", "false"],
    "duration": ["duration('1s')", "duration('-1.5h')", "duration('0s')", "duration('100ms')"],
    "timestamp": [
        "timestamp(0)", "timestamp('2020-02-29T12:34:56.789Z')",
        "timestamp('1969-12-31T23:00:00-02:00')",
    ],
}  # fmt: skip
#: How a value of a type is made of others: ``{type}`` stands for one, ``{list T}`` for a list.
FORMS = {
    "int": [
        "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} / {int})",
        "({int} % {int})", "-({int})", "size({string})", "size({bytes})", "int({int})",
        "int({uint})", "int({double})", "int({string})", "int({duration})", "int({timestamp})",
        "{list}.size()", "{string}.indexOf({string})", "{string}.lastIndexOf({string}, {int})",
        "({timestamp}).getFullYear()", "({timestamp}).getMonth('+01:30')",
        "({timestamp}).getDayOfYear('America/New_York')", "({timestamp}).getDayOfWeek()",
        "({timestamp}).getHours('America/New_York')", "({timestamp}).getMilliseconds()",
        "({duration}).getHours()", "({duration}).getMilliseconds()", "math.abs({int})",
        "math.sign({int})", "math.bitNot({int})", "math.bitAnd({int}, {int})",
        "math.bitXor({int}, {int})", "math.bitShiftLeft({int}, {int})",
        "math.bitShiftRight({int}, {int})", "math.least({int}, {int}, {int})",
    ],
    "uint": [
        "({uint} + {uint})", "({uint} - {uint})", "({uint} * {uint})", "({uint} / {uint})",
        "({uint} % {uint})", "uint({int})", "uint({double})", "uint({string})",
        "math.bitShiftRight({uint}, {int})",
    ],
    "double": [
        "({double} + {double})", "({double} - {double})", "({double} * {double})",
        "({double} / {double})", "-({double})", "double({int})", "double({uint})",
        "double({string})", "math.round({double})", "math.floor({double})",
        "math.sqrt({double})", "math.sign({double})",
    ],
    "string": [
        "({string} + {string})", "string({any})", "({string}).upperAscii()", "({string}).trim()",
        "({string}).reverse()", "({string}).substring({int})", "({string}).charAt({int})",
        "({string}).replace({string}, {string}, {int})", "strings.quote({string})",
        "({string}).split({string}, {int}).join('|')", "'%s'.format([{any}])",
        "'%.2f'.format([{any}])", "'%d'.format([{any}])", "'%e'.format([{any}])",
        "'%x'.format([{any}])", "'%s'.format([{list}])", "{list string}.join({string})",
    ],
    "bytes": ["({bytes} + {bytes})", "bytes({string})"],
    "duration": [
        "({duration} + {duration})", "({duration} - {duration})", "({timestamp} - {timestamp})",
        "duration({string})",
    ],
    "timestamp": [
        "({timestamp} + {duration})", "({timestamp} - {duration})", "timestamp({string})",
        "timestamp({int})",
    ],
    "bool": [
        "({T} == {T})", "({T} != {T})", "({T} < {T})", "({T} <= {T})", "({T} >= {T})",
        "({T} == dyn({any}))", "({bool} && {bool})", "({bool} || {bool})", "!({bool})",
        "({T} in {list T})", "({string}).startsWith({string})", "({string}).matches({string})",
        "({list T} == {list T})", "bool({string})", "(type({any}) == type({any}))",
        "math.isNaN({double})", "has({'a': 1}.b)", "{list T}.all({NAME T}, {bool})",
        "{list T}.exists({NAME T}, {bool})", "{list T}.exists_one({NAME T}, {bool})",
    ],
    "list": [
        "[]", "[{T}]", "[{T}, {T}]", "[{T}, {T}, {T}]", "({list T} + {list T})",
        "{list T}.filter({NAME T}, {bool})", "{list}.map({NAME any}, {T})",
        "{list T}.reverse()", "{list T}.distinct()", "{list T}.sort()",
        "{list T}.slice({int}, {int})", "{list T}.sortBy({NAME T}, {any})",
    ],
}  # fmt: skip
#: Forms that make a value of any type.
GENERAL = (
    "({bool} ? {T} : {T})", "dyn({T})", "[{T}, {T}][{int}]", "{'a': {T}, 'b': {T}}.b",
    "{'a': {T}}.c", "cel.bind({NAME any}, {any}, {T})",
)  # fmt: skip
_HOLE = re.compile(
    r"\{(?:(NAME|list) ?)?(T|any|int|uint|double|string|bytes|bool|duration|timestamp)?\}"
)
_TOKEN = re.compile(r"\{http[\w.-]+\}|'(?:[^'\\]|\\.)*'|\w+|[=!<>]=|&&|\|\||\s+|.", re.DOTALL)

Variables = tuple[tuple[str, str], ...]


class Maker:
    """Makes expressions of chance."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def value(self, kind: str, depth: int, known: Variables = ()) -> str:
        """Make an expression of a type, so deep at most; variables may be used in it."""
        named = [name for name, its in known if its == kind]
        if named and self.rng.random() < 0.3:
            return self.rng.choice(named)
        if depth <= 0 or self.rng.random() < 0.12:
            return self._leaf(kind)
        if self.rng.random() < 0.2:
            return self._fill(self.rng.choice(GENERAL), kind, depth, known)
        return self._fill(self.rng.choice(FORMS[kind]), self.rng.choice(TYPES), depth, known)

    def _leaf(self, kind: str) -> str:
        if kind in ("int", "string", "bool") and self.rng.random() < 0.15:
            return "{" + self.rng.choice(PLACEHOLDERS) + "}"
        return self.rng.choice(CONSTANTS[kind])

    def _fill(self, form: str, kind: str, depth: int, known: Variables) -> str:
        """Fill a form; ``T`` in it is the type ``kind``."""
        inner = known

        def fill(hole: re.Match[str]) -> str:
            nonlocal inner
            what, wanted = hole.groups()
            chosen = kind if wanted == "T" else wanted
            if chosen in (None, "any"):
                chosen = self.rng.choice(TYPES)
            if what == "NAME":
                name = f"v{len(known)}"
                inner = (*known, (name, chosen))
                return name
            if what == "list":
                return self._list(chosen, depth - 1, known)
            return self.value(chosen, depth - 1, inner)

        return _HOLE.sub(fill, form)

    def _list(self, kind: str, depth: int, known: Variables) -> str:
        forms = FORMS["list"] if depth > 0 else FORMS["list"][:4]
        return self._fill(self.rng.choice(forms), kind, depth, known)

    def spoil(self, text: str, pool: list[str]) -> str:
        """Change, drop or add some tokens; those of ``pool`` come in."""
        tokens = _TOKEN.findall(text)
        changes: tuple[Callable[[int], None], ...] = (
            lambda at: tokens.__setitem__(slice(at, at + 1), [self.rng.choice(pool)]),
            lambda at: tokens.__delitem__(slice(at, at + 1)),
            lambda at: tokens.insert(at, self.rng.choice(pool)),
        )
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            self.rng.choice(changes)(self.rng.randrange(len(tokens) + 1))
        return "".join(tokens)


def words(texts: list[str]) -> list[str]:
    """Return all the tokens of some expressions."""
    return [t for text in texts for t in _TOKEN.findall(text) if not t.isspace()]

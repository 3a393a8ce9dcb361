"""The Caddyfile's words for changing header fields, collected into the ``headers`` handler's IR.

They are used by ``header``, ``request_header``, ``push`` and ``reverse_proxy``
(https://caddyserver.com/docs/caddyfile/directives/header#syntax).
"""

from caddylite.http.fields import canonical
from caddylite.http.handlers.headers import HeaderOps, Replacement, ResponseHeaderOps
from caddylite.http.response_matcher import ResponseMatcher


class HeaderEdits:
    """Collects edits. ``request()`` and ``response()`` make the IR of them.

    The sign before a field's name says what is done: ``+`` add, ``-`` delete, ``>`` set when the
    response is written, ``?`` set if the response has not got it; none sets it. With a
    replacement, what the value (a regular expression) finds is replaced.
    """

    def __init__(self) -> None:
        self.add: dict[str, tuple[str, ...]] = {}
        self.set: dict[str, tuple[str, ...]] = {}
        self.delete: tuple[str, ...] = ()
        self.replace: dict[str, tuple[Replacement, ...]] = {}
        self.require: ResponseMatcher | None = None
        self.deferred = False

    def edit_request(self, field: str, value: str, replacement: str | None = None) -> None:
        """Note an edit of a request; ValueError for ``?``, which only responses know."""
        if field.startswith("?"):
            raise ValueError(
                f"{field}: the default header modifier ('?') can only be used on response headers;"
                " for conditional manipulation of request headers, use matchers"
            )
        self.edit(field, value, replacement)

    def edit(self, field: str, value: str, replacement: str | None = None) -> None:
        """Note an edit of a response (for one of a request, the time of it does not matter)."""
        sign, name = field[:1], field[1:]
        if sign == "+":
            key = canonical(name)
            self.add[key] = (*self.add.get(key, ()), value)
        elif sign == "-":
            self.delete = (*self.delete, name)
            self.deferred = True
        elif sign == "?":
            required = {} if self.require is None else self.require.headers
            self.require = ResponseMatcher(headers={**required, name: None})
            self.set[canonical(name)] = (value,)
        elif replacement is not None:
            self.deferred |= sign == ">"
            name = field.lstrip("+-?>")
            found = Replacement(search_regexp=value, replace=replacement)
            self.replace[name] = (*self.replace.get(name, ()), found)
        else:
            self.deferred |= sign == ">"
            self.set[canonical(name if sign == ">" else field)] = (value,)

    def request(self) -> HeaderOps:
        """Return the IR for a request."""
        return HeaderOps(self.add, self.set, self.delete, self.replace)

    def response(self) -> ResponseHeaderOps:
        """Return the IR for a response."""
        return ResponseHeaderOps(
            self.add, self.set, self.delete, self.replace, self.require, self.deferred
        )

"""What is done with a response instead of passing it on (``handle_response``, ``intercept``)."""

from caddylite.http.response_matcher import ResponseMatcher
from caddylite.http.route import Route
from caddylite.http.weak import WeakString
from caddylite.node import Node


class ResponseHandler(Node, frozen=True):
    """Another status, or routes to run, for the responses that match (all without ``match``)."""

    match: ResponseMatcher | None = None
    status_code: WeakString = WeakString("")
    routes: tuple[Route, ...] = ()

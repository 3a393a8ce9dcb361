"""The ``templates`` handler."""

from msgspec import field

from caddylite.http.handling import Handler
from caddylite.http.template_functions import TemplateFunctions
from caddylite.registry import module


@module("http.handlers.templates")
class Templates(Handler, frozen=True):
    """Executes the responses of the handlers that follow as Go templates.

    ``extensions`` is called ``match`` in JSON: that is how Caddy has it.
    """

    file_root: str = ""
    mime_types: tuple[str, ...] = ()
    delimiters: tuple[str, ...] = ()
    extensions: dict[str, TemplateFunctions] = field(default={}, name="match")

"""The words Go and Caddy put around what is wrong in a JSON config.

``loading http app module: provision http: server a: setting up route handlers: route 0: loading
handler modules: position 0: loading module 'foo': unknown module: http.handlers.foo`` is said
from the inside out: the codec adds what every list and map of modules says, this file what a
module says of its own parts.
"""

from typing import Any, Self, get_args, get_origin

from caddylite.errors import ConfigError
from caddylite.hints import strip
from caddylite.node import Node
from caddylite.values import Duration

Path = tuple[str | int, ...]


class Nested(ConfigError):
    """A module cannot be loaded; whoever holds it says where it stands."""

    def around(self, prefix: str) -> "Nested":
        """Put words before it."""
        return Nested(prefix + self.message, self.at, self.hint, self.path)


class Mismatch(ConfigError):
    """A value of another JSON type than the field has; the message tells which field."""

    def __init__(self, value: Any, wanted: str, path: Path, got: str = "") -> None:
        super().__init__("", path=path)
        self.got, self.wanted = got or json_type(value), wanted
        self.struct = ""
        self.fields: list[str] = []

    def under(self, cls: type[Node], key: str) -> Self:
        """Say which field of which struct holds it; called from the inside out."""
        self.struct = self.struct or _struct_name(cls)
        self.fields.insert(0, key)
        return self

    def as_is(self) -> ConfigError:
        """Return it with the message finished, which is made of where it was seen."""
        return ConfigError(str(self), self.at, self.hint, self.path).as_is()

    def __str__(self) -> str:
        place = "value"
        if self.struct:
            place = f"struct field {self.struct}.{'.'.join(self.fields)}"
        return f"json: cannot unmarshal {self.got} into Go {place} of type {self.wanted}"


#: Structs that Go calls otherwise than we do, where their names are seen.
_GO_NAMES = {"HTTP": "App", "Admin": "AdminConfig", "Log": "CustomLog", "Layer4": "App"}

#: Modules whose struct is called so in Go.
_HANDLERS = ("http.handlers.reverse_proxy", "http.handlers.headers", "layer4.handlers.proxy")


def _struct_name(cls: type[Node]) -> str:
    if cls.id in _HANDLERS:
        return "Handler"
    name = _GO_NAMES.get(cls.__name__, cls.__name__)
    return f"Match{name}" if ".matchers." in cls.id else name


_JSON_TYPES = {bool: "bool", str: "string", int: "number", float: "number", list: "array"}


def json_type(value: Any) -> str:
    """Return Go's word for the JSON type of a value."""
    return _JSON_TYPES.get(type(value), "object")


def go_type(hint: Any) -> str:
    """Return the Go type a field of this annotation has, as near as the annotation tells."""
    hint = strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return f"[]{go_type(args[0])}"
    if origin is dict:
        if isinstance(args[1], type) and "namespace" in args[1].__dict__:
            return "caddy.ModuleMap"
        pointer = "*" if isinstance(args[1], type) and issubclass(args[1], Node) else ""
        return f"map[string]{pointer}{go_type(args[1])}"
    if hint is Duration:
        return "time.Duration"
    if isinstance(hint, type) and issubclass(hint, Node):
        if "namespace" in hint.__dict__:
            return "json.RawMessage"
        return f"{_package(hint)}.{_GO_NAMES.get(hint.__name__, hint.__name__)}"
    names = {str: "string", int: "int", float: "float64"}
    return names.get(hint, getattr(hint, "__name__", "interface {}"))


_PACKAGES = {
    "http": "caddyhttp", "tls": "caddytls", "pki": "caddypki", "events": "caddyevents",
    "layer4": "layer4",
}  # fmt: skip


def _package(cls: type[Node]) -> str:
    return _PACKAGES.get(cls.__module__.split(".")[1], "caddy")


# --- what a module says of its parts


#: Module ID (or "Config"), steps ("*" is any, counted), words.
_WORDS: list[tuple[str, tuple[str, ...], str]] = [
    ("Config", ("storage",), "loading storage module: "),
    ("Config", ("logging", "logs", "default", "writer"),
     "setting up default log: loading log writer module: "),
    ("Config", ("logging", "logs", "default", "encoder"),
     "setting up default log: loading log encoder module: "),
    ("Config", ("logging", "logs", "*", "writer"),
     "setting up custom log '{0}': loading log writer module: "),
    ("Config", ("logging", "logs", "*", "encoder"),
     "setting up custom log '{0}': loading log encoder module: "),
    ("http", ("servers", "*", "routes", "*", "match"),
     "server {0}: setting up route matchers: route {1}: loading matcher modules: "),
    ("http", ("servers", "*", "routes", "*", "handle"),
     "server {0}: setting up route handlers: route {1}: loading handler modules: "),
    ("http", ("servers", "*", "errors", "routes", "*", "match"),
     "server {0}: setting up error handling routes: route {1}: loading matcher modules: "),
    ("http", ("servers", "*", "errors", "routes", "*", "handle"),
     "server {0}: setting up error handling routes: route {1}: loading handler modules: "),
    ("http", ("servers", "*", "listener_wrappers"), "loading listener wrapper modules: "),
    ("http", ("servers", "*", "tls_connection_policies", "*", "match"),
     "server {0}: setting up TLS connection policies: loading handshake matchers: "),
    ("http.handlers.subroute", ("routes", "*", "match"),
     "setting up subroutes: route {0}: loading matcher modules: "),
    ("http.handlers.subroute", ("routes", "*", "handle"),
     "setting up subroutes: route {0}: loading handler modules: "),
    ("http.handlers.reverse_proxy", ("transport",), "loading transport: "),
    ("http.handlers.reverse_proxy", ("load_balancing", "selection_policy"),
     "loading load balancing selection policy: "),
    ("http.handlers.encode", ("encodings",), "loading encoder modules: "),
    ("http.matchers.not", (), "loading matcher sets: "),
    ("layer4", ("servers", "*", "routes", "*", "match"),
     "server '{0}': route {1}: loading matcher modules: "),
    ("layer4", ("servers", "*", "routes", "*", "handle"),
     "server '{0}': route {1}: "),
    ("layer4.matchers.not", (), "loading matcher sets: "),
    ("layer4.matchers.tls", (), "loading TLS matchers: "),
    ("layer4.matchers.quic", (), "loading TLS matchers: "),
    ("layer4.handlers.subroute", ("routes", "*", "match"),
     "setting up subroutes: route {0}: loading matcher modules: "),
    ("layer4.handlers.subroute", ("routes", "*", "handle"), "setting up subroutes: route {0}: "),
    ("layer4.handlers.proxy", ("load_balancing", "selection"),
     "loading load balancing selection policy: "),
    ("caddy.listeners.layer4", ("routes", "*", "match"),
     "route {0}: loading matcher modules: "),
    ("caddy.listeners.layer4", ("routes", "*", "handle"), "route {0}: "),
    ("http", ("servers", "*", "trusted_proxies"), "loading trusted proxies modules: "),
    ("http", ("servers", "*", "packet_conn_wrappers"), "loading packet conn wrapper modules: "),
    ("http.handlers.reverse_proxy", ("dynamic_upstreams",), "loading upstream source module: "),
    ("http.reverse_proxy.upstreams.multi", ("sources",), "loading upstream source modules: "),
    ("http.handlers.authentication", ("providers",), "loading authentication providers: "),
    ("http.authentication.providers.http_basic", ("hash",), "loading password hasher module: "),
    ("http.handlers.file_server", ("precompressed",), "loading encoder modules: "),
    ("tls.issuance.acme", ("challenges", "dns", "provider"), "loading DNS provider module: "),
    ("tls", ("dns",), "loading overall DNS provider module: "),
    ("tls", ("automation", "on_demand", "permission"),
     "loading on-demand TLS permission module: "),
    ("tls", ("automation", "policies", "*", "get_certificate"),
     "provisioning automation policy {0}: loading external certificate manager modules: "),
    ("caddy.logging.encoders.filter", ("wrap",), "loading fallback encoder module: "),
    ("caddy.logging.encoders.filter", ("fields",), "loading log filter modules: "),
    ("caddy.logging.encoders.append", ("wrap",), "loading fallback encoder module: "),
    ("events", ("subscriptions",), "loading event subscriber modules: "),
    ("tls", ("certificates",), "loading certificate loader modules: "),
    ("tls", ("automation", "policies", "*", "issuers"),
     "provisioning automation policy {0}: loading TLS automation management module: "),
]  # fmt: skip


def path_words(module_id: str, steps: Path) -> str:
    """Return what a module says before a complaint about one of the modules inside it."""
    for owner, pattern, words in _WORDS:
        if owner == module_id and (counted := _match(pattern, steps)) is not None:
            return words.format(*counted)
    return ""


def _match(pattern: tuple[str, ...], steps: Path) -> list[str | int] | None:
    if len(steps) < len(pattern):
        return None
    counted = []
    for wanted, step in zip(pattern, steps, strict=False):
        if wanted == "*":
            counted.append(step)
        elif wanted != step:
            return None
    return counted

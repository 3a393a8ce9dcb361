"""In which order Caddy loads the modules inside a module, and what it says before a complaint.

``loading http app module: provision http: server a: setting up route handlers: route 0: loading
handler modules: position 0: loading module 'foo': unknown module: http.handlers.foo`` is said from
the inside out: what a list or map of modules says is always the same (``first_complaint.py``),
here is what each module says of its own parts. Only complaints need this file.
"""

from typing import Any, Final

Path = tuple[str | int, ...]
#: A loop over parts of a module, and the places of modules in each of its turns, in order, with
#: the words for them. ``*`` is any key or number; ``{0}`` in the words is what the first one is.
Loop = tuple[str, dict[str, str]]


def _layer4_routes(server: str, route: str) -> list[Loop]:
    """A list of layer-4 routes: each has its matchers loaded, then its handlers."""
    return [(f"{server}routes.*", {
        "match": f"{route}loading matcher modules: ", "handle": route,
    })]  # fmt: skip


def _http_routes(path: str, words: str, number: int = 0) -> list[Loop]:
    """A list of HTTP routes: the matchers of all, then the handlers of all."""
    route = f"{words}route {{{number}}}: "
    return [("", {
        f"{path}routes.*.match": f"{route}loading matcher modules: ",
        f"{path}routes.*.handle": f"{route}loading handler modules: ",
    })]  # fmt: skip


def _responses(path: str) -> list[Loop]:
    words = "provisioning response handler {0}: "
    return [(f"{path}.*", _http_routes("", words, 1)[0][1])]


def _policies(path: str, words: str, number: int) -> list[Loop]:
    """A list of TLS connection policies."""
    ca = f"{words}connection policy {{{number}}}: building standard TLS config: "
    return [(f"{path}.*", {
        "match": f"{words}loading handshake matchers: ",
        "client_authentication.ca": f"{ca}provisioning client CA: ",
        "client_authentication.verifiers": f"{words}loading client cert verifiers: ",
        "handshake_context": f"{words}loading handshake context module: ",
    })]  # fmt: skip


def _log(path: str, words: str) -> Loop:
    return (path, {
        "writer": f"{words}loading log writer module: ",
        "encoder": f"{words}loading log encoder module: ",
        "core": f"{words}loading log core module: ",
    })  # fmt: skip


#: The apps that others load when they need them.
APPS: Final = ("events", "pki", "tls")

_SERVER: Final = "server {0}: "
_FALLBACK: Final[list[Loop]] = [("", {"fallback": "loading fallback selection policy: "})]
_STORAGE: Final[list[Loop]] = [("", {"storage": "loading storage module: "})]
_WRAPPED: Final[list[Loop]] = [("", {
    "wrap": "loading fallback encoder module: ", "fields": "loading log filter modules: ",
})]  # fmt: skip

#: By module ID (or the class's name, if it is no module).
_LOOPS: Final[dict[str, list[Loop]]] = {
    "Config": [
        _log("logging.sink", "setting up sink log: "),
        _log("logging.logs.default", "setting up default log: "),
        _log("logging.logs.*", "setting up custom log '{0}': "),
        ("", {"storage": "loading storage module: "}),
    ],
    "events": [("subscriptions.*", {"handlers": "loading event subscriber modules: "})],
    "caddy.filesystems": [("filesystems.*", {"file_system": "loading file system module: "})],
    "pki": [("certificate_authorities.*", {
        "storage": "provisioning CA '{0}': loading storage module: ",
    })],
    "tls": [
        ("", {
            "dns": "loading overall DNS provider module: ",
            "certificates": "loading certificate loader modules: ",
            "automation.on_demand.permission": "loading on-demand TLS permission module: ",
        }),
        ("automation.policies.*", {
            "storage": "provisioning automation policy {0}: loading TLS storage module: ",
            "get_certificate": "provisioning automation policy {0}: "
            "loading external certificate manager modules: ",
            "issuers": "provisioning automation policy {0}: "
            "loading TLS automation management module: ",
        }),
        ("", {
            "session_tickets.key_source": "provisioning session tickets configuration: "
            "loading TLS session ticket ephemeral keys provider module: ",
            "encrypted_client_hello.publication.*.publishers": "provisioning Encrypted "
            "ClientHello components: loading ECH publication modules: ",
        }),
    ],
    "http": [
        ("servers.*.routes.*", {
            "match": f"{_SERVER}setting up route matchers: route {{1}}: "
            "loading matcher modules: ",
        }),
        ("servers.*", {
            "trusted_proxies": "loading trusted proxies modules: ",
            "listener_wrappers": "loading listener wrapper modules: ",
            "packet_conn_wrappers": "loading packet conn wrapper modules: ",
            "routes.*.handle": f"{_SERVER}setting up route handlers: route {{1}}: "
            "loading handler modules: ",
            **_http_routes("errors.", f"{_SERVER}setting up error handling routes: ", 1)[0][1],
        }),
        ("servers.*.named_routes.*", {
            "match": "server {1}: setting up named route '{0}' handlers: "
            "loading matcher modules: ",
            "handle": "server {1}: setting up named route '{0}' handlers: "
            "loading handler modules: ",
        }),
        *_policies("servers.*.tls_connection_policies",
                   f"{_SERVER}setting up TLS connection policies: ", 1),
    ],
    "http.authentication.providers.http_basic": [
        ("", {"hash": "loading password hasher module: "}),
    ],
    "http.handlers.authentication": [("", {"providers": "loading authentication providers: "})],
    "http.handlers.encode": [("", {"encodings": "loading encoder modules: "})],
    "http.handlers.file_server": [("", {"precompressed": "loading encoder modules: "})],
    "http.handlers.intercept": _responses("handle_response"),
    "http.handlers.reverse_proxy": [
        ("", {
            "transport": "loading transport: ",
            "load_balancing.selection_policy": "loading load balancing selection policy: ",
            "circuit_breaker": "loading circuit breaker: ",
            "dynamic_upstreams": "loading upstream source module: ",
            "load_balancing.retry_match": "",
        }),
        *_responses("handle_response"),
    ],
    "http.handlers.subroute": [
        *_http_routes("", "setting up subroutes: "),
        *_http_routes("errors.", "setting up error subroutes: "),
    ],
    "http.handlers.templates": [("", {"match": "loading template extensions: "})],
    "http.matchers.not": [("", {"": "loading matcher sets: "})],
    "http.reverse_proxy.selection_policies.cookie": _FALLBACK,
    "http.reverse_proxy.selection_policies.header": _FALLBACK,
    "http.reverse_proxy.selection_policies.query": _FALLBACK,
    "http.reverse_proxy.transport.http": [("", {
        "network_proxy": "failed to load network_proxy module: ",
        "tls.ca": "making TLS client config: failed to load ca module: ",
    })],
    "http.reverse_proxy.upstreams.multi": [
        ("", {"sources": "loading upstream source modules: "}),
    ],
    "layer4": _layer4_routes("servers.*.", "server '{0}': route {1}: "),
    "layer4.handlers.proxy": [
        ("", {"load_balancing.selection": "loading load balancing selection policy: "}),
        ("upstreams.*", {
            "tls.ca": "upstream {0}: making TLS client config: failed to load ca module: ",
        }),
    ],
    "layer4.handlers.subroute": _layer4_routes("", "setting up subroutes: route {0}: "),
    "layer4.handlers.tls": _policies(
        "connection_policies", "setting up Handler connection policies: ", 0),
    "layer4.matchers.http": [("", {"": "loading matcher modules: "})],
    "layer4.matchers.not": [("", {"": "loading matcher sets: "})],
    "layer4.matchers.quic": [("", {"": "loading TLS matchers: "})],
    "layer4.matchers.tls": [("", {"": "loading TLS matchers: "})],
    "caddy.listeners.layer4": _layer4_routes("", "route {0}: "),
    "caddy.logging.encoders.append": _WRAPPED,
    "caddy.logging.encoders.filter": _WRAPPED,
    "caddy.logging.encoders.journald": [("", {"wrap": "loading wrapped encoder module: "})],
    "tls.ca_pool.source.combined": [("", {"sources": "loading CA pool sources: "})],
    "tls.ca_pool.source.storage": _STORAGE,
    "tls.client_auth.verifier.leaf": [("", {
        "leaf_certs_loaders": "could not parse leaf certificates loaders: ",
    })],
    "tls.ech.publishers.dns": [("", {"provider": "loading ECH DNS provider module: "})],
    "tls.issuance.acme": [("", {
        "challenges.dns.provider": "loading DNS provider module: ",
        "network_proxy": "failed to load network_proxy module: ",
    })],
    "tls.issuance.zerossl": [("", {
        "cname_validation.provider": "loading DNS provider module: ",
    })],
    "tls.leaf_cert_loader.storage": _STORAGE,
    "tls.stek.distributed": [("", {"storage": "loading TLS storage module: "})],
}  # fmt: skip


def when_and_words(owner: str, steps: Path) -> tuple[tuple[Any, ...], str]:
    """Return when a module loads what these steps lead to (to be sorted by), and the words.

    What no table says is loaded last, without words.
    """
    for number, (loop, places) in enumerate(_LOOPS.get(owner, ())):
        turn = loop.split(".") if loop else []
        for position, (place, words) in enumerate(places.items()):
            pattern = [*turn, *(place.split(".") if place else [])]
            if len(pattern) == len(steps) and all(
                p in ("*", s) for p, s in zip(pattern, steps, strict=True)
            ):
                any_of = [s for p, s in zip(pattern, steps, strict=True) if p == "*"]
                rest = (*steps[: len(turn)], position, *steps[len(turn) :])
                return (number, *rest), words.format(*any_of)
    return (len(_LOOPS.get(owner, ())),), ""

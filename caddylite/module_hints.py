"""What to do about a module that does not exist: hints beside Caddy's words."""

from caddylite.registry import names

#: Names that modules had once, or that other programs and plans gave them.
RENAMED = {
    "layer4.matchers.ip": "remote_ip",
    "layer4.matchers.sni": "tls sni",
    "layer4.matchers.host": "http host",
    "layer4.matchers.alpn": "tls alpn",
    "layer4.matchers.client_ip": "remote_ip",
    "layer4.handlers.postgres_starttls": "postgres_tls",
    "layer4.handlers.starttls": "postgres_tls",
    "layer4.handlers.reverse_proxy": "proxy",
    "layer4.handlers.forward": "proxy",
    "layer4.handlers.upstream": "proxy { upstream … }",
    "layer4.handlers.respond": "close",
    "layer4.handlers.abort": "close",
    "layer4.handlers.route": "subroute",
}
#: Well-known plugins, by name, and what they are for.
PLUGINS = {
    "forward_proxy": "the plugin forwardproxy", "trojan": "the plugin caddy-trojan",
    "crowdsec": "the plugin caddy-crowdsec-bouncer", "geoip": "a GeoIP plugin",
    "maxmind_geolocation": "a GeoIP plugin", "webdav": "the plugin caddy-webdav",
}  # fmt: skip
#: What a name belongs to, where it is right.
_HOMES = (
    ("layer4.matchers", "a layer-4 matcher"), ("layer4.handlers", "a layer-4 handler"),
    ("http.matchers", "a matcher of HTTP sites"), ("http.handlers", "a handler of HTTP sites"),
    ("caddy.listeners", "a listener wrapper"), ("tls.handshake_match", "a matcher inside tls"),
)  # fmt: skip


def about_module(module_id: str) -> str:
    """Say what may have been meant by a module that is not there."""
    namespace, _, name = module_id.rpartition(".")
    if module_id in RENAMED:
        said = f"write '{RENAMED[module_id]}'"
        home = _home(name, namespace)
        return (
            f"{said}: '{name}' is {home}" if home else f"{said}: there is no '{name}' (any more)"
        )
    home = _home(name, namespace)
    if home:
        return f"'{name}' is {home}, and cannot stand here"
    from difflib import get_close_matches

    near = get_close_matches(name, names(namespace), n=1)
    if near and name not in PLUGINS:
        return f"did you mean '{near[0]}'?"
    plugin = PLUGINS.get(name, "its plugin")
    return (
        f"'{name}' is not one of the standard modules: real Caddy needs a build with {plugin}, "
        f"and here a package beside caddylite can add it (entry point '{module_id}' in the group "
        "caddylite.modules)"
    )


def _home(name: str, besides: str) -> str:
    for namespace, words in _HOMES:
        if namespace != besides and name in names(namespace):
            return words
    return ""

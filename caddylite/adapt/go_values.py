"""Values of the adapter as Go's ``%#v`` shows them, for the one complaint that shows any."""

from collections.abc import Mapping
from typing import Any

from caddylite import gojson
from caddylite.adapt.go_tls_values import go_tls_value
from caddylite.adapt.options._values import Bind, CustomLog
from caddylite.codec import to_plain
from caddylite.gonumbers import quote
from caddylite.http.handlers.subroute import Subroute
from caddylite.http.matching import RequestMatcher
from caddylite.http.route import Route
from caddylite.node import Node
from caddylite.pki.config import CA
from caddylite.tls.certificates.load_files import CertKeyFilePair, LoadFiles
from caddylite.tls.issuance.internal import InternalIssuer


def go_value(value: Any) -> str:
    """Return what Go shows; of values that Go shows with addresses in memory, their class."""
    if isinstance(value, Bind):
        addresses, protocols = _strings(value.addresses), _strings(value.protocols)
        return (
            f"httpcaddyfile.addressesWithProtocols{{addresses:{addresses}, protocols:{protocols}}}"
        )
    if isinstance(value, CustomLog) and value.log is None:
        names = ", ".join(map(quote, value.hostnames))
        return (
            f"httpcaddyfile.namedCustomLog{{name:{quote(value.name)}, "
            f"hostnames:[]string{{{names}}}, "
            f"log:(*caddy.CustomLog)(nil), noHostname:{str(value.no_hostname).lower()}}}"
        )
    if isinstance(value, Subroute):
        routes = ", ".join(map(_route, value.routes))
        return (
            f"&caddyhttp.Subroute{{Routes:caddyhttp.RouteList{{{routes}}}, "
            "Errors:(*caddyhttp.HTTPErrorConfig)(nil)}"
        )
    if value is True:
        return "true"
    if isinstance(value, InternalIssuer):
        return (
            f"&caddytls.InternalIssuer{{CA:{quote(value.ca)}, Lifetime:{int(value.lifetime)}, "
            f"SignWithRoot:{str(value.sign_with_root).lower()}, "
            "ca:(*caddypki.CA)(nil), logger:(*zap.Logger)(nil)}"
        )
    if isinstance(value, LoadFiles):
        return f"caddytls.FileLoader{{{', '.join(map(_pair, value.pairs or ()))}}}"
    if isinstance(value, tuple) and value[1:] == (CA(),):
        return f"&caddypki.CA{{{_CA_SETTINGS}, ID:{quote(value[0])}, {_CA_STATE}}}"
    return go_tls_value(value) or type(value).__name__


def _pair(pair: CertKeyFilePair) -> str:
    certificate, key, form = quote(pair.certificate), quote(pair.key), quote(pair.format)
    return (
        f"caddytls.CertKeyFilePair{{Certificate:{certificate}, Key:{key}, Format:{form}, "
        f"Tags:{_strings(pair.tags)}}}"
    )


def _strings(values: tuple[str, ...]) -> str:
    return f"[]string{{{', '.join(map(quote, values))}}}" if values else "[]string(nil)"


def _raw(node: Node) -> str:
    text = gojson.dumps(to_plain(node)).encode(errors="surrogateescape")
    return f"json.RawMessage{{{', '.join(f'0x{byte:x}' for byte in text)}}}"


def _set(matchers: Mapping[str, RequestMatcher]) -> str:
    entries = ", ".join(f"{quote(name)}:{_raw(matchers[name])}" for name in sorted(matchers))
    return f"caddy.ModuleMap{{{entries}}}"


def _route(route: Route) -> str:
    sets = "caddyhttp.RawMatcherSets(nil)"
    if route.match:
        sets = f"caddyhttp.RawMatcherSets{{{', '.join(map(_set, route.match))}}}"
    handlers = ", ".join(map(_raw, route.handle))
    return (
        f"caddyhttp.Route{{Group:{quote(route.group)}, MatcherSetsRaw:{sets}, "
        f"HandlersRaw:[]json.RawMessage{{{handlers}}}, Terminal:{str(route.terminal).lower()}, "
        f"{_UNSET}}}"
    )


#: An empty context, as every provisioned thing has one.
_CONTEXT = (
    "caddy.Context{Context:context.Context(nil), "
    "moduleInstances:map[string][]caddy.Module(nil), cfg:(*caddy.Config)(nil), "
    "ancestry:[]caddy.Module(nil), cleanupFuncs:[]func()(nil), "
    "exitFuncs:[]func(context.Context)(nil), metricsRegistry:(*prometheus.Registry)(nil)}"
)

#: The fields of a route that are only set when a config is loaded.
_UNSET = (
    "MatcherSets:caddyhttp.MatcherSets(nil), Handlers:[]caddyhttp.MiddlewareHandler(nil), "
    "middleware:[]caddyhttp.Middleware(nil), metrics:(*caddyhttp.Metrics)(nil), "
    f'metricsCtx:{_CONTEXT}, handlerName:""'
)

#: An authority of which only the ID is known, before that and after it.
_CA_SETTINGS = (
    'Name:"", RootCommonName:"", IntermediateCommonName:"", IntermediateLifetime:0, '
    "InstallTrust:(*bool)(nil), Root:(*caddypki.KeyPair)(nil), "
    "Intermediate:(*caddypki.KeyPair)(nil), MaintenanceInterval:0, RenewalWindowRatio:0, "
    "StorageRaw:json.RawMessage(nil)"
)
_CA_STATE = (
    "storage:certmagic.Storage(nil), root:(*x509.Certificate)(nil), "
    "interChain:[]*x509.Certificate(nil), interKey:crypto.Signer(nil), mu:(*sync.RWMutex)(nil), "
    f'rootCertPath:"", log:(*zap.Logger)(nil), ctx:{_CONTEXT}'
)

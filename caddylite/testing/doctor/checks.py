"""Is an OpenConnect VPN behind this config set up right? Questions asked of the config itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from caddylite.errors import ConfigError
from caddylite.netaddr import NetworkAddress
from caddylite.testing.clients.hello import tls
from caddylite.testing.cuts import try_cuts
from caddylite.testing.diffing import ending
from caddylite.testing.doctor.ocserv_conf import OcservConf
from caddylite.testing.lab import Lab
from caddylite.testing.trace import Listener, Trace, is_datagrams

OK, WARN, FAIL, INFO = "ok", "warn", "fail", "info"
#: Seconds that caddy-l4 keeps a quiet UDP association, unless idle_timeout says otherwise.
UDP_IDLE: Final = 30.0
_STRANGER: Final = "someone-else.invalid"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found: one of OK, WARN, FAIL and INFO, in a sentence, and what to do."""

    about: str
    status: str
    text: str
    todo: str = ""
    at: str = ""


def examine(
    lab: Lab, name: str, conf: OcservConf | None = None, listen: str = ""
) -> Iterator[Answer]:
    """Yield the answers, the important ones first."""
    where = listen or _front(lab)
    trace = lab.connect(where, tls(sni=name, like="openconnect"))
    yield from _route(lab, where, name, trace)
    if trace.outcome != "proxy":
        return
    yield from _strangers(lab, where, trace)
    yield from _header(trace, conf)
    yield from _address(lab, trace, conf)
    yield from _datagrams(lab, name, conf)
    if conf is not None:
        from caddylite.testing.doctor.server import server_checks

        yield from server_checks(name, trace, conf)


def _front(lab: Lab) -> str:
    """Return the listener that clients of the VPN come to: port 443, or the only one."""
    streams = [k for k in lab.listeners if not is_datagrams(k.ports.network)]
    found = [k for k in streams if 443 in range(k.ports.start_port, k.ports.end_port + 1)]
    if found or len(streams) == 1:
        return (found or streams)[0].address
    listed = ", ".join(k.address for k in streams) or "nothing"
    raise ConfigError("no listener on port 443", hint=f"say --listen; there is {listed}")


def _route(lab: Lab, where: str, name: str, trace: Trace) -> Iterator[Answer]:
    at = trace.line
    if trace.outcome == "proxy":
        ends = any(s.where.endswith(":tls") or s.where.endswith("/tls") for s in trace.steps)
        yield Answer(
            "route", OK, f"{name} on {where} goes to {', '.join(trace.upstreams)}", "", at
        )
        if ends:
            yield Answer(
                "TLS", FAIL, "TLS ends here: ocserv can neither ask for client certificates "
                "nor derive the keys of its DTLS channel",
                "remove the handler tls, and route by 'tls sni'", at,
            )  # fmt: skip
        else:
            yield Answer("TLS", OK, "TLS is passed through to ocserv")
        cuts = try_cuts(lab, where, trace.client)
        if not cuts.steady:
            yield Answer("segments", FAIL, f"the decision depends on segments: {cuts}")
        return
    what = f"the site {trace.site}" if trace.site else trace.why or trace.outcome
    yield Answer(
        "route", FAIL, f"{name} on {where} does not reach a VPN: {what}",
        f"add a route: @vpn tls sni {name}, route @vpn {{ proxy {{ proxy_protocol v2; upstream "
        "127.0.0.1:4443 } }, in the listener wrapper layer4 before tls (or a layer4 server)", at,
    )  # fmt: skip


def _strangers(lab: Lab, where: str, trace: Trace) -> Iterator[Answer]:
    nameless = lab.connect(where, tls(sni="", like="openconnect"))
    if nameless.upstreams == trace.upstreams:
        yield Answer(
            "no name", OK, "clients without SNI (by IP address, or old) reach the VPN too"
        )
    else:
        goes = ", ".join(nameless.upstreams) or nameless.site or ending(nameless)
        yield Answer(
            "no name", WARN, f"clients without SNI (by IP address, or old) get: {goes}",
            "fine if all clients use the name; else send what has no name to the VPN",
        )  # fmt: skip
    other = lab.connect(where, tls(sni=_STRANGER, like="chrome"))
    if other.upstreams == trace.upstreams:
        yield Answer("other names", WARN, "every other name reaches the VPN as well",
                     "match the VPN's name, if there are web sites on this port")  # fmt: skip
    else:
        yield Answer("other names", OK, "other names do not reach the VPN")


def _header(trace: Trace, conf: OcservConf | None) -> Iterator[Answer]:
    sends = bool(trace.preface)
    if conf is None:
        said = "sends" if sends else "does not send"
        wants = "true" if sends else "false"
        yield Answer("PROXY protocol", INFO, f"this config {said} a PROXY header to ocserv",
                     f"ocserv.conf must say listen-proxy-proto = {wants}")  # fmt: skip
        return
    expects, at = conf.on("listen-proxy-proto"), conf.at("listen-proxy-proto")
    if sends and expects:
        yield Answer("PROXY protocol", OK, "sent here, and expected by ocserv", "", at)
    elif sends:
        yield Answer("PROXY protocol", FAIL, "a PROXY header is sent, and ocserv takes it for a "
                     "broken handshake", "set listen-proxy-proto = true", at)  # fmt: skip
    elif expects:
        yield Answer("PROXY protocol", FAIL, "ocserv waits for a PROXY header that is not sent",
                     "add 'proxy_protocol v2' to the proxy of this route", at)  # fmt: skip
    else:
        banned = conf.number("max-ban-score", 80) > 0
        more = ": one wrong password too many and everybody is locked out" if banned else ""
        yield Answer("PROXY protocol", WARN, "ocserv sees the proxy's address for every client, "
                     f"in its log and its ban list{more}",
                     "add 'proxy_protocol v2' here and listen-proxy-proto there", at)  # fmt: skip


def _address(lab: Lab, trace: Trace, conf: OcservConf | None) -> Iterator[Answer]:
    try:
        to = NetworkAddress.parse(trace.upstream)
    except ValueError:
        return
    mine = [k for k in lab.listeners if _same_port(k, to) and _local(to.host)]
    if mine:
        yield Answer("address", FAIL, f"{trace.upstream} is a listener of this config",
                     "let ocserv listen on a port of its own, and name it here")  # fmt: skip
    if conf is None:
        return
    port = conf.number("tcp-port", 443)
    at = conf.at("tcp-port")
    if conf.get("listen-clear-file") and to.is_unix:
        return
    if port == to.start_port:
        yield Answer("address", OK, f"ocserv listens on port {port}, which is dialled", "", at)
    elif _local(to.host):
        yield Answer("address", FAIL, f"ocserv listens on port {port}, and {trace.upstream} is "
                     "dialled", f"set tcp-port = {to.start_port}, or dial {port}", at)  # fmt: skip
    else:
        yield Answer("address", INFO, f"{trace.upstream} is dialled, and ocserv listens on {port}",
                     "right if a port is mapped between them (containers)", at)  # fmt: skip


def _same_port(listener: Listener, to: NetworkAddress) -> bool:
    at = listener.ports
    same = is_datagrams(at.network) == is_datagrams(to.network)
    return same and at.start_port <= to.start_port <= at.end_port


def _local(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _datagrams(lab: Lab, name: str, conf: OcservConf | None) -> Iterator[Answer]:
    if conf is not None and not conf.number("udp-port", 0):
        yield Answer("DTLS", OK, "declared off: ocserv has no udp-port, everything goes over TCP")
        return
    port = conf.number("udp-port") if conf is not None else 443
    at = conf.at("udp-port") if conf is not None else ""
    forwards = [k for k in lab.listeners if _takes(k, port)]
    if forwards:
        server = forwards[0].config
        yield Answer(
            "DTLS", OK, f"udp/{port} is taken by the layer4 server '{forwards[0].server}'"
        )
        yield from _idle(server.idle_timeout.seconds or UDP_IDLE, conf)
        yield Answer("DTLS", INFO, "over UDP ocserv sees the proxy's address: no PROXY header is "
                     "understood there")  # fmt: skip
        return
    http3 = [
        k for k in lab.listeners if k.app == "http" and _has_http3(k) and _same_number(k, port)
    ]
    if http3:
        yield Answer(
            "DTLS", FAIL if conf is not None else WARN,
            f"udp/{port} belongs to HTTP/3 of the server '{http3[0].server}': the DTLS channel "
            "cannot use it", "set another udp-port in ocserv.conf and publish it, or leave HTTP/3 "
            "out (servers { protocols h1 h2 }), or declare DTLS off (no udp-port)", at,
        )  # fmt: skip
    elif conf is None:
        yield Answer("DTLS", INFO, f"nothing here takes udp/{port}: ocserv's udp-port must be "
                     "reachable beside this proxy, or be left out (TCP only)")  # fmt: skip
    elif _local(conf.get("udp-listen-host") or conf.get("listen-host")):
        yield Answer("DTLS", FAIL, f"udp/{port} of ocserv listens on this machine only; nothing "
                     "here forwards it: clients try it, fail, and fall back to TCP",
                     f"add a layer4 server udp/:{port}, or set udp-listen-host to a public "
                     "address, or remove udp-port", at)  # fmt: skip
    else:
        yield Answer("DTLS", OK, f"udp/{port} goes to ocserv past this proxy (publish the port)")


def _takes(listener: Listener, port: int) -> bool:
    at = listener.ports
    datagrams = is_datagrams(at.network) and listener.app == "layer4"
    return datagrams and at.start_port <= port <= at.end_port


def _same_number(listener: Listener, port: int) -> bool:
    return listener.ports.start_port <= port <= listener.ports.end_port


def _has_http3(listener: Listener) -> bool:
    """Does an HTTP server speak HTTP/3 here? It does unless its protocols leave it out."""
    said = getattr(listener.config, "protocols", ())
    return bool(getattr(listener.config, "tls_connection_policies", ())) and (
        not said or "h3" in said
    )


def _idle(idle: float, conf: OcservConf | None) -> Iterator[Answer]:
    if conf is None:
        return
    beat = min(conf.number("dpd", 90), conf.number("keepalive", 300))
    if idle <= beat:
        yield Answer(
            "DTLS", WARN, f"a UDP association is forgotten after {idle:g} s of silence; ocserv "
            f"says something every {beat} s only: DTLS breaks and reconnects in a loop",
            f"set idle_timeout above {beat}s in the layer4 server, or dpd below {idle:g}",
            conf.at("dpd"),
        )  # fmt: skip

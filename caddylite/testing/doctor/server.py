"""What ocserv's own file says: certificate, MTU, camouflage, idle times."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from caddylite.testing.doctor.checks import FAIL, INFO, OK, WARN, Answer
from caddylite.testing.doctor.ocserv_conf import OcservConf
from caddylite.testing.lint.names import name_covers
from caddylite.testing.trace import Trace

#: Settings that are numbers, of those that are looked at.
NUMBERS: Final = ("tcp-port", "udp-port", "dpd", "mobile-dpd", "keepalive", "mtu", "max-ban-score")


def server_checks(name: str, trace: Trace, conf: OcservConf) -> Iterator[Answer]:
    """Yield what ocserv's file has to say about this VPN."""
    for key in NUMBERS:
        if conf.get(key) and not conf.get(key).isdigit():
            yield Answer("ocserv.conf", FAIL, f"{key} is no number: {conf.get(key)}",
                         "ocserv does not start with it", conf.at(key))  # fmt: skip
    yield from _certificate(name, conf)
    yield from _mtu(conf)
    if conf.on("camouflage"):
        yield Answer(
            "camouflage", OK, "on: the secret is inside TLS, which is passed through",
            "clients must use https://…/?secret", conf.at("camouflage"),
        )  # fmt: skip
    for key in ("auth", "enable-auth"):
        if "certificate" in conf.get(key) and any(":tls" in s.where for s in trace.steps):
            yield Answer("client certificates", FAIL, "ocserv asks for them, but TLS ends here",
                         "pass TLS through", conf.at(key))  # fmt: skip
    if conf.number("udp-port") and not conf.get("dpd"):
        yield Answer("idle", INFO, "no dpd is set: dead peers are noticed late",
                     "set dpd = 90 and mobile-dpd = 1800")  # fmt: skip
    for vhost in conf.vhosts.values():
        if "listen-proxy-proto" in vhost:
            yield Answer("PROXY protocol", WARN, "listen-proxy-proto is set in a vhost, where it "
                         "has no effect", "set it in the main part", conf.file)  # fmt: skip


def _certificate(name: str, conf: OcservConf) -> Iterator[Answer]:
    path, at = conf.get("server-cert"), conf.at("server-cert")
    if not path:
        yield Answer("certificate", FAIL, "ocserv has no server-cert", "name one", conf.file)
        return
    if path.startswith(("pkcs11:", "tpmkey:")):
        return
    file = Path(conf.file).parent / path
    try:
        data = file.read_bytes()
    except OSError as e:
        yield Answer("certificate", INFO, f"{path} cannot be read here "
                     f"({(e.strerror or str(e)).lower()})",
                     f"see that it holds the name {name}, and that ocserv is told (SIGHUP) "
                     "when it is renewed", at)  # fmt: skip
        return
    yield _names(name, path, data, at)


def _names(name: str, path: str, data: bytes, at: str) -> Answer:
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(data)
    except ValueError as e:
        return Answer("certificate", FAIL, f"{path} holds no certificate: {e}", "", at)
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = []
    if not any(name_covers(n, name) for n in names):
        listed = ", ".join(names) or "no names"
        return Answer("certificate", FAIL, f"{path} is for {listed}, not for {name}",
                      "get one for the VPN's name: clients refuse this one", at)  # fmt: skip
    until = certificate.not_valid_after_utc.date().isoformat()
    return Answer("certificate", OK, f"{path} holds {name}, until {until}",
                  "ocserv reads it again on SIGHUP only: let renewal send it", at)  # fmt: skip


def _mtu(conf: OcservConf) -> Iterator[Answer]:
    udp = conf.number("udp-port")
    if udp and not conf.on("try-mtu-discovery") and not conf.number("mtu"):
        yield Answer("MTU", WARN, "neither mtu nor try-mtu-discovery is set: on links below 1500 "
                     "(PPPoE, LTE) large packets vanish after a good login",
                     "set try-mtu-discovery = true, or mtu = 1400", conf.file)  # fmt: skip
    else:
        probed = conf.on("try-mtu-discovery")
        how = "found out by probes" if probed else f"{conf.number('mtu') or 'default'}"
        yield Answer("MTU", OK if conf.number("mtu") or udp else INFO, f"MTU of the tunnel: {how}",
                     "if logins work and nothing else does: clamp MSS to PMTU where TCP of the "
                     "tunnel leaves this machine (this proxy ends the outer TCP)")  # fmt: skip

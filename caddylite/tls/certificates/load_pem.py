"""Certificates written into the config."""

from typing import Annotated, ClassVar

from caddylite.node import ALWAYS, Node
from caddylite.registry import module
from caddylite.tls.kinds import CertificateLoader


class CertKeyPEMPair(Node, frozen=True):
    """The PEM text of a certificate, that of its key, and names for the pair."""

    certificate: Annotated[str, ALWAYS] = ""
    key: Annotated[str, ALWAYS] = ""
    tags: tuple[str, ...] = ()


@module("tls.certificates.load_pem")
class LoadPEM(CertificateLoader, frozen=True):
    """Loads what the config holds; in JSON only."""

    transparent: ClassVar[bool] = True

    pairs: tuple[CertKeyPEMPair, ...] | None = None

"""Certificates in PEM files."""

from typing import Annotated, ClassVar

from caddylite.node import ALWAYS, Node
from caddylite.registry import module
from caddylite.tls.kinds import CertificateLoader


class CertKeyFilePair(Node, frozen=True):
    """The file of a certificate (with its chain), the file of its key, and names for the pair."""

    certificate: Annotated[str, ALWAYS] = ""
    key: Annotated[str, ALWAYS] = ""
    format: str = ""
    tags: tuple[str, ...] = ()


@module("tls.certificates.load_files")
class LoadFiles(CertificateLoader, frozen=True):
    """Loads pairs of files (``tls <cert_file> <key_file>``)."""

    transparent: ClassVar[bool] = True

    pairs: tuple[CertKeyFilePair, ...] | None = None

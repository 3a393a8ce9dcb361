"""Certificates in the storage."""

from caddylite.registry import module
from caddylite.tls.certificates.load_files import CertKeyFilePair
from caddylite.tls.kinds import CertificateLoader


@module("tls.certificates.load_storage")
class LoadStorage(CertificateLoader, frozen=True):
    """Loads pairs from under keys of the storage; in JSON only."""

    pairs: tuple[CertKeyFilePair, ...] = ()

"""Certificates that are managed."""

from typing import ClassVar

from caddylite.registry import module
from caddylite.tls.kinds import CertificateLoader


@module("tls.certificates.automate")
class Automate(CertificateLoader, frozen=True):
    """Names whose certificates are obtained and kept fresh."""

    transparent: ClassVar[bool] = True

    subjects: tuple[str, ...] | None = None

"""Certificates in folders."""

from typing import ClassVar

from caddylite.registry import module
from caddylite.tls.kinds import CertificateLoader


@module("tls.certificates.load_folders")
class LoadFolders(CertificateLoader, frozen=True):
    """Loads the ``.pem`` files of folders: certificate and key in one (``load`` in ``tls``)."""

    transparent: ClassVar[bool] = True

    folders: tuple[str, ...] | None = None

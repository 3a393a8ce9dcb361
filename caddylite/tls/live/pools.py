"""Certificates that are trusted: the sources of ``trust_pool`` and of accepted leaves."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography import x509
from OpenSSL import SSL, crypto

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.gotext import decode_base64
from caddylite.tls.authority import Authority
from caddylite.tls.certificate import load_chain
from caddylite.tls.kinds import CAPool, LeafLoader


class SystemRoots(list[x509.Certificate]):
    """Stands for what the system trusts, besides the certificates in it."""


def trusted(pool: CAPool, house: House) -> list[x509.Certificate]:
    """Return the certificates of a pool; ConfigError if they cannot be loaded."""
    try:
        return _trusted(pool, house)
    except ConfigError as e:
        raise e.wrap(f"loading module '{pool.name}': provision {pool.id}: ") from None


def _trusted(pool: CAPool, house: House) -> list[x509.Certificate]:
    ir: Any = pool
    match pool.name:
        case "inline":
            return from_base64(ir.trusted_ca_certs, " at index {}")
        case "file":
            return from_files(ir.pem_files, "reading {}: ")
        case "system":
            return SystemRoots()
        case "storage":
            return _from_storage(ir, house)
        case "pki_root":
            return [_authority(name, house).root for name in ir.authority]
        case "pki_intermediate":
            return [_authority(name, house).intermediate[0] for name in ir.authority]
        case "combined":
            found = [
                _source(position, source, house) for position, source in enumerate(ir.sources)
            ]
            every: list[x509.Certificate] = (
                SystemRoots() if any(isinstance(f, SystemRoots) for f in found) else []
            )
            every += [c for some in found for c in some]
            return every
    raise ConfigError(f"the trust pool '{pool.name}' is not built yet")


def _authority(name: str, house: House) -> Authority:
    try:
        found: Authority = house.app("pki").authority(name)
    except ConfigError as e:
        raise e.wrap(f"getting CA {name}: ") from None
    return found


def _source(position: int, pool: CAPool, house: House) -> list[x509.Certificate]:
    try:
        return trusted(pool, house)
    except ConfigError as e:
        raise e.wrap(f"loading CA pool sources: position {position}: ") from None


def trust(context: SSL.Context, pool: list[x509.Certificate] | None) -> None:
    """Say which authorities count: as in Go any of them ends a chain, be it a root or not.

    None is what the system trusts.
    """
    if pool is None or isinstance(pool, SystemRoots):
        context.set_default_verify_paths()
    store = context.get_cert_store()
    if store is None or not pool:
        return
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    for certificate in pool:
        store.add_cert(crypto.X509.from_cryptography(certificate))


def accepted(loader: LeafLoader, house: House) -> list[x509.Certificate]:
    """Return the leaf certificates of a loader; ConfigError if they cannot be loaded."""
    ir: Any = loader
    match loader.name:
        case "file":
            return from_files(ir.files)
        case "pem":
            return [c for text in ir.certificates for c in _read(text.encode(), "pem")]
        case "folder":
            files = sorted(
                path for folder in ir.folders for path in _walk(folder) if path.suffix == ".pem"
            )
            return from_files(map(str, files))
        case "storage":
            return _from_storage(ir, house)
    raise ConfigError(f"the leaf certificate loader '{loader.name}' is not built yet")


def from_base64(texts: Iterable[str], where: str = "") -> list[x509.Certificate]:
    """Read certificates in base64 of DER; ``where`` is said of a bad one (``{}``: its number)."""
    out = []
    for number, text in enumerate(texts):
        try:
            out.append(_from_der(decode_base64(text)))
        except ValueError as e:
            raise ConfigError(f"parsing certificate{where.format(number)}: {e}") from None
    return out


def _from_der(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        raise ValueError("x509: malformed certificate") from None


def from_files(paths: Iterable[str], before: str = "") -> list[x509.Certificate]:
    """Read certificates from PEM files; ``before`` is said of one that cannot be opened."""
    out: list[x509.Certificate] = []
    for path in paths:
        try:
            pem = Path(path).read_bytes()
        except OSError as e:
            why = f"open {path}: {(e.strerror or str(e)).lower()}"
            raise ConfigError(before.format(path) + why) from None
        out += _read(pem, path)
    return out


def _from_storage(ir: Any, house: House) -> list[x509.Certificate]:
    from caddylite.tls.live.storing import storage_of

    storage = storage_of(ir.storage, house)
    out: list[x509.Certificate] = []
    for key in getattr(ir, "pem_keys", ()) or getattr(ir, "certificates", ()):
        pem = storage.load(key)
        if pem is None:
            raise ConfigError(f"loading {key} from storage: it does not exist")
        out += _read(pem, key)
    return out


def _read(pem: bytes, where: str) -> tuple[x509.Certificate, ...]:
    try:
        return load_chain(pem)
    except ValueError as e:
        raise ConfigError(f"no CERTIFICATE pem block found in {where}", hint=str(e)) from None


def _walk(folder: str) -> list[Path]:
    root = Path(folder)
    if not root.is_dir():
        raise ConfigError(f"open {folder}: no such directory")
    return [p for p in root.rglob("*") if p.is_file()]

"""Certificates that a config brings along: in files, folders, its own text, the storage."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.kinds import Storage
from caddylite.placeholders import replace_all
from caddylite.tls.certificate import Certificate
from caddylite.tls.kinds import CertificateLoader
from caddylite.tls.live.storing import storage_of


def load(
    loader: CertificateLoader, house: House, storage: Storage | None = None
) -> Iterator[Certificate]:
    """Yield a loader's certificates; ConfigError for the first that cannot be used."""
    ir: Any = loader
    match loader.name:
        case "automate":
            return  # its names are managed
        case "load_files":
            for pair in ir.pairs or ():
                files = [replace_all(p, house.globals) for p in (pair.certificate, pair.key)]
                yield _pair(_open(files[0]), _open(files[1]), pair, f"'{files[0]}'", house)
        case "load_folders":
            for folder in ir.folders or ():
                yield from _folder(replace_all(folder, house.globals))
        case "load_pem":
            for i, pair in enumerate(ir.pairs or ()):
                texts = [replace_all(p, house.globals).encode() for p in _texts(pair)]
                yield _pair(texts[0], texts[1], pair, f"PEM pair {i}", house)
        case "load_storage":
            yield from _stored(ir, house, storage)
        case _:
            raise ConfigError(f"the certificate loader '{loader.name}' is not built yet")


def _texts(pair: Any) -> tuple[str, str]:
    return pair.certificate, pair.key


def _pair(certificate: bytes, key: bytes, pair: Any, what: str, house: House) -> Certificate:
    tags = tuple(replace_all(tag, house.globals) for tag in pair.tags)
    return _make(certificate, key, tags, what)


def _make(certificate: bytes, key: bytes, tags: tuple[str, ...], what: str) -> Certificate:
    try:
        return Certificate.from_pem(certificate, key, tags)
    except ValueError as e:
        raise ConfigError(f"loading certificates: {what}: tls: {e}") from None


def _open(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as e:
        raise ConfigError(
            f"loading certificates: open {path}: {(e.strerror or str(e)).lower()}",
            hint="tls needs a certificate file and its key file, readable by this user",
        ) from None


def _folder(folder: str) -> Iterator[Certificate]:
    root = Path(folder)
    if not root.is_dir():
        raise ConfigError(f"loading certificates: open {folder}: no such file or directory")
    for path in sorted(p for p in root.rglob("*.pem") if p.is_file()):
        both = _open(str(path))
        yield _make(both, both, (), str(path))


def _stored(ir: Any, house: House, storage: Storage | None) -> Iterator[Certificate]:
    place = storage_of(storage, house)
    for pair in ir.pairs:
        values = []
        for key in _texts(pair):
            value = place.load(key)
            if value is None:
                raise ConfigError(f"loading certificates: {key} is not in the storage")
            values.append(value)
        yield _pair(values[0], values[1], pair, pair.certificate, house)

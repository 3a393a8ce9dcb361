"""A certificate authority of our own: a root, an intermediate, and leaves signed by it.

What is made is what Caddy makes (ECDSA P-256; a root of 3,600 days, an intermediate of seven) and
lies where Caddy puts it: ``pki/authorities/<id>/{root,intermediate}.{crt,key}``. Keys are written
before certificates, so a certificate that is there always has its key. Nothing here knows a
reactor; time is an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from caddylite.errors import ConfigError
from caddylite.placeholders import UNKNOWN, replace_all
from caddylite.tls.certificate import Certificate, Signer, belongs, key_pem, load_chain, load_key
from caddylite.tls.signing import new_key, sign_intermediate, sign_leaf, sign_root
from caddylite.tls.storage import FileStorage, safe

_DAY = 86_400.0
ROOT_LIFETIME = 3_600 * _DAY
INTERMEDIATE_LIFETIME = 7 * _DAY
LEAF_LIFETIME = _DAY / 2
MAINTENANCE_INTERVAL = 600.0
RENEWAL_WINDOW_RATIO = 0.2


@dataclass(frozen=True, slots=True)
class Settings:
    """What a config may say of an authority; times are in seconds.

    ``root_files`` and ``intermediate_files`` are paths of a certificate and its key that are used
    instead of generated ones.
    """

    id: str = "local"
    label: str = "Caddy Local Authority"
    root_common_name: str = "{pki.ca.name} - {time.now.year} ECC Root"
    intermediate_common_name: str = "{pki.ca.name} - ECC Intermediate"
    root_lifetime: float = ROOT_LIFETIME
    intermediate_lifetime: float = INTERMEDIATE_LIFETIME
    maintenance_interval: float = MAINTENANCE_INTERVAL
    renewal_window_ratio: float = RENEWAL_WINDOW_RATIO
    root_files: tuple[str, str] | None = None
    intermediate_files: tuple[str, str] | None = None


class Authority:
    """An authority at work; :meth:`provision` must have been called before it is asked."""

    def __init__(
        self, settings: Settings, storage: FileStorage, clock: Callable[[], float]
    ) -> None:
        self.settings, self.storage, self.clock = settings, storage, clock
        self.id = settings.id
        self._root: tuple[x509.Certificate, ...] = ()
        self._root_key: Signer | None = None
        self._chain: tuple[x509.Certificate, ...] = ()
        self._signer: Signer | None = None

    @property
    def root(self) -> x509.Certificate:
        """The root's certificate, which clients have to trust."""
        return self._root[0]

    @property
    def intermediate(self) -> tuple[x509.Certificate, ...]:
        """The signing certificate, with what stands between it and the root."""
        return self._chain

    @property
    def root_path(self) -> Path:
        """Where the root's certificate lies, unless the config brings one."""
        return self.storage.path(self._key("root.crt"))

    def provision(self) -> None:
        """Load what there is and make what there is not; ConfigError if it cannot be used."""
        try:
            with self.storage.lock(f"pki_{self.id}"):
                self._load_root()
                self._load_intermediate()
        except OSError as e:
            raise ConfigError(f"loading CA '{self.id}': {e.strerror or e}: {e.filename}") from None

    def renew(self) -> bool:
        """Make a new intermediate if the one there is ends soon; tell whether there is another."""
        if self.settings.intermediate_files is not None or not self._due(self._chain[0]):
            return False
        before = self._chain[0]
        self.provision()  # another process may have been quicker
        return self._chain[0] != before

    def issue(
        self,
        names: tuple[str, ...],
        lifetime: float = LEAF_LIFETIME,
        *,
        with_root: bool = False,
        key: Signer | None = None,
    ) -> Certificate:
        """Sign a leaf for names and addresses; it never outlives what it is signed with."""
        if with_root:
            issuer, signer = self.root, self._root_signer()
            chain: tuple[x509.Certificate, ...] = ()
        else:
            self.renew()
            issuer, chain = self._chain[0], self._chain
            assert self._signer is not None, "not provisioned"
            signer = self._signer
        now = self.clock()
        end = min(now + lifetime, issuer.not_valid_after_utc.timestamp())
        leaf_key = key or new_key()
        leaf = sign_leaf(names, leaf_key, now, end, issuer, signer)
        return Certificate((leaf, *chain), leaf_key, issuer=self.id)

    def signed(self, certificate: Certificate) -> bool:
        """Does a chain lead to this root (which may have been made anew since)?"""
        chain = (*certificate.chain, self.root)
        for below, above in pairwise(chain):
            if below == above:
                continue
            try:
                below.verify_directly_issued_by(above)
            except Exception:  # InvalidSignature, ValueError, TypeError: no, whichever it is
                return False
        return True

    # The root.

    def _load_root(self) -> None:
        files = self.settings.root_files
        found = _from_files(files, "root") if files else self._load("root")
        if found is None:
            self._root, self._root_key = self._make_root()
            return
        self._root, key = found
        self._root_key = key if files else None  # kept in storage; asked for when it is needed

    def _root_signer(self) -> Signer:
        if self._root_key is not None:
            return self._root_key
        found = self._load("root")
        if found is None:
            raise ConfigError(f"loading root key: {self._key('root.key')} is gone")
        return found[1]

    def _make_root(self) -> tuple[tuple[x509.Certificate, ...], Signer]:
        name = self._name(self.settings.root_common_name)
        key, now = new_key(), self.clock()
        root = sign_root(name, key, now, now + self.settings.root_lifetime)
        self._store("root", root, key)
        return (root,), key

    # The intermediate.

    def _load_intermediate(self) -> None:
        files = self.settings.intermediate_files
        if files:
            self._chain, self._signer = _from_files(files, "intermediate")
            return
        left = self.root.not_valid_after_utc.timestamp() - self.clock()
        if self.settings.intermediate_lifetime >= left:
            raise ConfigError(
                "intermediate certificate lifetime must be less than actual root certificate "
                f"lifetime ({timedelta(seconds=int(left))})"
            )
        found = self._load("intermediate")
        if found is None or self._due(found[0][0]) or not self._below_root(found[0]):
            found = self._make_intermediate()
        self._chain, self._signer = found

    def _below_root(self, chain: tuple[x509.Certificate, ...]) -> bool:
        try:
            chain[-1].verify_directly_issued_by(self.root)
        except Exception:  # as in signed()
            return False
        return True

    def _make_intermediate(self) -> tuple[tuple[x509.Certificate, ...], Signer]:
        name = self._name(self.settings.intermediate_common_name)
        key, now = new_key(), self.clock()
        end = now + self.settings.intermediate_lifetime
        made = sign_intermediate(name, key, now, end, self.root, self._root_signer())
        self._store("intermediate", made, key)
        return (made,), key

    def _due(self, certificate: x509.Certificate) -> bool:
        begin = certificate.not_valid_before_utc.timestamp()
        end = certificate.not_valid_after_utc.timestamp()
        return self.clock() > end - (end - begin) * self.settings.renewal_window_ratio

    # Storage.

    def _key(self, name: str) -> str:
        return f"pki/authorities/{safe(self.id)}/{name}"

    def _load(self, what: str) -> tuple[tuple[x509.Certificate, ...], Signer] | None:
        pem = self.storage.load(self._key(f"{what}.crt"))
        if pem is None:
            return None
        key = self.storage.load(self._key(f"{what}.key"))
        path = self.storage.path(self._key(f"{what}.key"))
        if key is None:
            raise ConfigError(f"loading {what} key: {path} does not exist")
        try:
            chain, signer = load_chain(pem), load_key(key)
        except ValueError as e:
            raise ConfigError(f"loading {what} certificate: {path.parent}: {e}") from None
        if not belongs(chain[0], signer):
            raise ConfigError(f"loading {what} key: {path} is not the certificate's key")
        return chain, signer

    def _store(self, what: str, certificate: x509.Certificate, key: Signer) -> None:
        self.storage.store(self._key(f"{what}.key"), key_pem(key))
        self.storage.store(self._key(f"{what}.crt"), certificate.public_bytes(Encoding.PEM))

    def _name(self, template: str) -> str:
        def lookup(name: str) -> object:
            if name == "pki.ca.name":
                return self.settings.label
            if name == "time.now.year":
                return datetime.fromtimestamp(self.clock(), UTC).year
            return UNKNOWN

        return replace_all(template, lookup)


def _from_files(files: tuple[str, str], what: str) -> tuple[tuple[x509.Certificate, ...], Signer]:
    try:
        with open(files[0], "rb") as certificate, open(files[1], "rb") as key:
            chain, signer = load_chain(certificate.read()), load_key(key.read())
    except OSError as e:
        raise ConfigError(f"loading {what} certificate: open {e.filename}: {e.strerror}") from None
    except ValueError as e:
        raise ConfigError(f"loading {what} certificate {files[0]}: {e}") from None
    if not belongs(chain[0], signer):
        raise ConfigError(f"loading {what} key: {files[1]} is not the certificate's key")
    return chain, signer

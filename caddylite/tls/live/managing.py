"""Certificates that we look after ourselves: signed by an authority of the PKI app, kept fresh."""

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.kinds import Storage
from caddylite.tls.authority import LEAF_LIFETIME
from caddylite.tls.certificate import Certificate
from caddylite.tls.issuance.internal import InternalIssuer
from caddylite.tls.live.pki import PKIApp
from caddylite.tls.live.stored import load, save
from caddylite.tls.live.storing import storage_of
from caddylite.tls.storage import FileStorage, safe
from caddylite.tls.store import CertificateStore

#: The part of its lifetime that is left when a certificate is renewed (certmagic's default).
RENEWAL_RATIO = 1 / 3
#: Seconds after a renewal that failed in a handshake before handshakes try again.
_PAUSE = 10.0


class Managed:
    """The managed certificates, by name, in the storage and in a store.

    They lie where Caddy keeps them: ``certificates/<authority>/<name>/<name>.{crt,key,json}``.
    """

    def __init__(
        self, store: CertificateStore, pki: PKIApp, house: House, storage: Storage | None
    ) -> None:
        self._store, self._pki, self._house = store, pki, house
        self._default = storage_of(storage, house)
        self._log = house.logger("tls")
        self._known: dict[str, tuple[InternalIssuer, float, FileStorage]] = {}
        self._current: dict[str, Certificate] = {}
        self._not_before = 0.0

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def manage(
        self,
        name: str,
        issuer: InternalIssuer,
        ratio: float = 0.0,
        storage: Storage | None = None,
    ) -> Certificate:
        """See to it that there is a certificate, from now on; ConfigError if there cannot be."""
        place = storage_of(storage, self._house) if storage is not None else self._default
        self._known[name] = issuer, ratio or RENEWAL_RATIO, place
        try:
            return self._obtain(name)
        except OSError as e:
            del self._known[name]
            raise ConfigError(
                f"obtaining certificate for {name}: {e.strerror or e}: {e.filename}",
                hint=f"certificates are kept under {place.root}",
            ) from None

    def renew(self) -> None:
        """Renew what ends soon; what cannot be renewed is tried again the next time."""
        for name, (_, ratio, _) in self._known.items():
            current = self._current.get(name)
            if current is not None and not current.ends_soon(self._house.clock(), ratio):
                continue
            try:
                self._obtain(name)
            except (ConfigError, OSError) as e:
                self._log.error("renewing certificate", identifier=name, error=str(e))

    def fresh(self, certificate: Certificate) -> Certificate:
        """Return the certificate, or a new one where it has ended (the clock may have jumped)."""
        now = self._house.clock()
        if now <= certificate.not_after or now < self._not_before:
            return certificate
        for name in certificate.names:
            if self._current.get(name) is certificate:
                try:
                    return self._obtain(name)
                except (ConfigError, OSError) as e:
                    self._log.error("renewing certificate", identifier=name, error=str(e))
                    self._not_before = now + _PAUSE
        return certificate

    def _obtain(self, name: str) -> Certificate:
        issuer, ratio, place = self._known[name]
        authority = self._pki.authority(issuer.ca)
        with place.lock(f"issue_cert_{safe(name)}"):
            found = self._stored(place, name)
            if found is None or found.ends_soon(self._house.clock(), ratio):
                self._log.debug("obtaining certificate", identifier=name, issuer=authority.id)
                found = authority.issue(
                    (name,),
                    issuer.lifetime.seconds or LEAF_LIFETIME,
                    with_root=issuer.sign_with_root,
                )
                save(place, name, found, sync=False)
        old = self._current.get(name)
        self._current[name] = found
        self._store.replace(old, found)
        return found

    def _stored(self, place: FileStorage, name: str) -> Certificate | None:
        """Return what the storage has, if it is for this name and by this authority."""
        issuer = self._known[name][0]
        authority = self._pki.authority(issuer.ca)
        try:
            stored = load(place, authority.id, name)
        except ValueError as e:
            self._log.warn("replacing an unreadable certificate", identifier=name, error=str(e))
            return None
        if stored is None:
            return None
        found = stored.certificate
        usable = name.lower().strip("[]") in found.names and authority.signed(found)
        return found if usable else None

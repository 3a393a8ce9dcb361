"""The PKI app: the authorities of a config, and the local one that is always there."""

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.kinds import Storage
from caddylite.pki.config import CA, PKI, KeyPair
from caddylite.tls.authority import (
    INTERMEDIATE_LIFETIME,
    MAINTENANCE_INTERVAL,
    RENEWAL_WINDOW_RATIO,
    Authority,
    Settings,
)
from caddylite.tls.live.storing import storage_of

#: The authority that an issuer without a CA means.
LOCAL = "local"


class PKIApp:
    """Authorities by ID, loaded (or made) when they are first asked for."""

    def __init__(self, ir: PKI | None, house: House, storage: Storage | None = None) -> None:
        self._house, self._storage = house, storage
        self._irs = dict(ir.certificate_authorities) if ir is not None else {}
        self._authorities: dict[str, Authority] = {}
        self._log = house.logger("pki")

    def provision(self) -> None:
        """Load the authorities that the config names; ConfigError if one cannot be used."""
        for name in self._irs:
            try:
                self.authority(name)
            except ConfigError as e:
                raise e.wrap(f"provisioning CA '{name}': ") from None

    def has(self, name: str) -> bool:
        """Is there an authority by this ID (none: the local one)?"""
        return name in ("", LOCAL) or name in self._irs

    def authority(self, name: str = "") -> Authority:
        """Return an authority; ConfigError if the config has none by that ID."""
        name = name or LOCAL
        found = self._authorities.get(name)
        if found is not None:
            return found
        ir = self._irs.get(name)
        if ir is None:
            if name != LOCAL:
                raise ConfigError(f"no certificate authority configured with id: {name}")
            ir = CA()
        storage = storage_of(ir.storage or self._storage, self._house)
        made = Authority(_settings(name, ir), storage, self._house.clock)
        made.provision()
        self._authorities[name] = made
        if ir.install_trust is not False and ir.root is None:
            self._log.info(
                "the root certificate is not installed into trust stores; clients need it",
                ca=name,
                path=str(made.root_path),
            )
        self._keep_fresh(made)
        return made

    def _keep_fresh(self, authority: Authority) -> None:
        timer = self._house.later(authority.settings.maintenance_interval, self._look, authority)
        self._house.on_stop(lambda: timer.cancel() if timer.active() else None)

    def _look(self, authority: Authority) -> None:
        try:
            if authority.renew():
                self._log.info(
                    "renewed intermediate",
                    ca=authority.id,
                    new_expiration=authority.intermediate[0].not_valid_after_utc.isoformat(),
                )
        except ConfigError as e:
            self._log.error("renewing intermediate certificates", ca=authority.id, error=str(e))
        self._keep_fresh(authority)


def _settings(name: str, ir: CA) -> Settings:
    defaults = Settings(id=name)
    ratio = ir.renewal_window_ratio
    return Settings(
        id=name,
        label=ir.label or defaults.label,
        root_common_name=ir.root_common_name or defaults.root_common_name,
        intermediate_common_name=ir.intermediate_common_name or defaults.intermediate_common_name,
        intermediate_lifetime=ir.intermediate_lifetime.seconds or INTERMEDIATE_LIFETIME,
        maintenance_interval=ir.maintenance_interval.seconds or MAINTENANCE_INTERVAL,
        renewal_window_ratio=ratio if 0 < ratio <= 1 else RENEWAL_WINDOW_RATIO,
        root_files=_files(ir.root),
        intermediate_files=_files(ir.intermediate),
    )


def _files(pair: KeyPair | None) -> tuple[str, str] | None:
    if pair is None:
        return None
    if pair.format not in ("", "pem_file"):
        raise ConfigError(f"unsupported format: {pair.format}")
    return pair.certificate, pair.private_key

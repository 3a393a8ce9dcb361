"""The PKI app's IR (``apps.pki``)."""

import msgspec

from caddylite.kinds import App, Storage
from caddylite.node import Node
from caddylite.registry import module
from caddylite.values import Duration


class KeyPair(Node, frozen=True):
    """A certificate and its key, in files."""

    certificate: str = ""
    private_key: str = ""
    format: str = ""


class CA(Node, frozen=True):
    """A certificate authority; its ID is its key in the app."""

    label: str = msgspec.field(default="", name="name")
    root_common_name: str = ""
    intermediate_common_name: str = ""
    intermediate_lifetime: Duration = Duration(0)
    install_trust: bool | None = None
    root: KeyPair | None = None
    intermediate: KeyPair | None = None
    maintenance_interval: Duration = Duration(0)
    renewal_window_ratio: float = 0.0
    storage: Storage | None = None


@module("pki")
class PKI(App, frozen=True):
    """The authorities, by ID."""

    certificate_authorities: dict[str, CA] = {}

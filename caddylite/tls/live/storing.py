"""From the ``storage`` of a config to where files lie."""

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.kinds import Storage
from caddylite.placeholders import replace_all
from caddylite.tls.storage import FileStorage


def storage_of(ir: Storage | None, house: House) -> FileStorage:
    """Return the storage a config names, or the house's data directory."""
    if ir is None:
        return FileStorage(house.data_dir)
    if ir.name != "file_system":
        raise ConfigError(f"the storage '{ir.name}' is not built yet")
    root = replace_all(str(getattr(ir, "root", "")), house.globals)
    return FileStorage(root or house.data_dir)

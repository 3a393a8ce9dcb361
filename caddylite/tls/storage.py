"""Files under the data directory, laid out as Caddy lays them out.

A key is a path with slashes (``pki/authorities/local/root.crt``). Directories are 0700 and files
0600. A file is written beside its place, synced and renamed, so nobody sees half of it; what has
to be done by one process at a time is done under :meth:`FileStorage.lock`.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp

_REPLACED = {" ": "_", "+": "_plus_", "*": "wildcard_", ":": "-", "..": ""}
_UNSAFE = re.compile(r"[^\w@.-]", re.ASCII)


def safe(name: str) -> str:
    """Make a name fit to be one part of a key (``*.a.com`` is ``wildcard_.a.com``)."""
    name = name.lower().strip()
    for bad, good in _REPLACED.items():
        name = name.replace(bad, good)
    return _UNSAFE.sub("", name)


class FileStorage:
    """Keys and values in a directory."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def __repr__(self) -> str:
        return f"FileStorage({str(self.root)!r})"

    def path(self, key: str) -> Path:
        """Return the file that a key's value is in."""
        parts = key.split("/")
        if any(part in ("", ".", "..") for part in parts):
            raise ValueError(f"not a storage key: {key!r}")
        return self.root.joinpath(*parts)

    def load(self, key: str) -> bytes | None:
        """Return a value, None if there is none; OSError if it cannot be read."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            return None

    def store(self, key: str, value: bytes, sync: bool = True) -> None:
        """Put a value in the place of the one there was, all at once.

        Without ``sync`` it may be lost (whole) when the machine fails: for what can be made anew.
        """
        path = self.path(key)
        self.make_folder(path.parent)
        handle, beside = mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(value)
                if sync:
                    out.flush()
                    os.fsync(out.fileno())
            os.replace(beside, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(beside)
            raise

    def list(self, prefix: str) -> list[str]:
        """Return the keys right below a prefix, the latest change first."""
        try:
            found = [(p.stat().st_mtime, p.name) for p in self.path(prefix).iterdir()]
        except OSError:
            return []
        return [f"{prefix}/{name}" for _, name in sorted(found, reverse=True)]

    def delete(self, key: str) -> None:
        """Remove a value, if there is one."""
        self.path(key).unlink(missing_ok=True)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock that other processes of this machine wait for; the kernel frees it."""
        folder = self.root / "locks"
        self.make_folder(folder)
        handle = os.open(
            folder / f"{safe(name)}.flock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def make_folder(self, folder: Path) -> None:
        """Make a directory and those above it, below the root none of which others may enter."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            with suppress(FileExistsError):
                each.mkdir(mode=0o700)

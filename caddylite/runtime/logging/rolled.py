"""Rolled log files: pressed in a thread, and removed when there are too many or they get too old.

The age of a file is when it was last written to; of one moment that has two forms (pressed and not
yet), the plain one is the one to press.
"""

import gzip
import os
import shutil
import sys
import threading
from contextlib import suppress
from typing import Final

SUFFIXES: Final = ("", ".gz", ".zst")
_ONE_AT_A_TIME: Final = threading.Lock()


def rolled_files(path: str) -> list[str]:
    """Return the rolled files of a log file, newest first."""
    folder, name = os.path.split(path)
    base, extension = os.path.splitext(name)
    ends = tuple(f"-{reason}{extension}{end}" for reason in ("size", "time") for end in SUFFIXES)
    found = []
    with suppress(OSError):
        for entry in os.scandir(folder or "."):
            if entry.name.startswith(f"{base}-") and entry.name.endswith(ends):
                found.append((entry.stat().st_mtime_ns, entry.name))
    return [os.path.join(folder, name) for _, name in sorted(found, reverse=True)]


def tidy(path: str, compression: str, keep: int, seconds: float, now: float) -> None:
    """Remove what is beyond ``keep`` files or older than ``seconds``; press the others."""
    files = rolled_files(path)
    gone = set(files[keep:])
    for file in files[:keep]:
        with suppress(OSError):
            if os.stat(file).st_mtime < now - seconds:
                gone.add(file)
    for file in gone:
        with suppress(OSError):
            os.unlink(file)
    # zstd is not in Python's library before 3.14: such files are pressed with gzip.
    plain = [f for f in files if f not in gone and not f.endswith((".gz", ".zst"))]
    if plain and compression != "none":
        threading.Thread(target=_press_all, args=(plain,), name="log-gzip").start()


def _press_all(files: list[str]) -> None:
    with _ONE_AT_A_TIME:
        for file in files:
            try:
                press(file)
            except FileNotFoundError:
                continue  # another tidying was here first
            except OSError as e:
                print(f"failed to compress log file {file}: {e}", file=sys.stderr)


def press(file: str) -> None:
    """Make ``<file>.gz`` of a file, with its mode and times, and remove it."""
    made = os.stat(file)
    fresh = f"{file}.gz.tmp"
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, made.st_mode & 0o777)
    with (
        os.fdopen(fd, "wb") as raw,
        open(file, "rb") as source,
        gzip.GzipFile("", "wb", 6, raw) as target,  # works without the interpreter's lock
    ):
        shutil.copyfileobj(source, target, 1 << 18)
    os.utime(fresh, ns=(made.st_atime_ns, made.st_mtime_ns))
    os.replace(fresh, f"{file}.gz")
    os.unlink(file)

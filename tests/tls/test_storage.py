import os
import stat
import subprocess
import sys
import threading

import pytest

from caddylite.tls.storage import FileStorage, safe


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("*.Example.com", "wildcard_.example.com"),
        ("::1", "--1"),
        (" a b+c ", "a_b_plus_c"),
        ("../../etc/passwd", "etcpasswd"),
        ("münchen.de", "mnchen.de"),
    ],
)
def test_names_are_made_safe(name, stored):
    assert safe(name) == stored
    assert safe(stored) == stored


def test_what_is_stored_is_loaded(tmp_path):
    storage = FileStorage(tmp_path / "new")
    assert storage.load("a/b/c.txt") is None
    storage.store("a/b/c.txt", b"one")
    storage.store("a/b/c.txt", b"two", sync=False)
    assert storage.load("a/b/c.txt") == b"two"
    storage.delete("a/b/c.txt")
    storage.delete("a/b/c.txt")
    assert storage.load("a/b/c.txt") is None


def test_nobody_else_may_read(tmp_path):
    storage = FileStorage(tmp_path / "new")
    before = os.umask(0)
    try:
        storage.store("a/b/c.key", b"secret")
        with storage.lock("x"):
            pass
    finally:
        os.umask(before)
    for path in (tmp_path / "new").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_keys_stay_below_the_root(tmp_path):
    storage = FileStorage(tmp_path)
    for key in ("../x", "a/../../x", "", "/etc/passwd", "a//b"):
        with pytest.raises(ValueError, match="not a storage key"):
            storage.store(key, b"")


def test_a_failed_write_leaves_the_old_value_and_no_litter(tmp_path, monkeypatch):
    storage = FileStorage(tmp_path)
    storage.store("a/b", b"old")

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        storage.store("a/b", b"new")
    assert storage.load("a/b") == b"old"
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b"]


def test_readers_never_see_half_a_value(tmp_path):
    storage = FileStorage(tmp_path)
    values = {bytes([65 + i]) * 50_000 for i in range(4)}
    storage.store("v", next(iter(values)))
    stop = threading.Event()
    seen: list[bytes] = []

    def read():
        while not stop.is_set():
            seen.append(storage.load("v") or b"")

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(10):
        for value in values:
            storage.store("v", value, sync=False)
    stop.set()
    reader.join()
    assert set(seen) <= values


def test_a_lock_is_held_against_other_processes(tmp_path):
    storage = FileStorage(tmp_path)
    code = (
        "import sys; from caddylite.tls.storage import FileStorage\n"
        "with FileStorage(sys.argv[1]).lock('x'): print('got it', flush=True)"
    )
    with storage.lock("x"):
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.3)
    assert other.communicate(timeout=20)[0] == "got it\n"

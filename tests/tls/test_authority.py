import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from caddylite.errors import ConfigError
from caddylite.tls.authority import Authority, Settings
from caddylite.tls.storage import FileStorage

DAY = 86_400.0
NOW = 1_800_000_000.0
FOLDER = "pki/authorities/local"


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def authority(path, clock, **settings) -> Authority:
    made = Authority(Settings(**settings), FileStorage(path), clock)
    made.provision()
    return made


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def days(certificate: x509.Certificate) -> float:
    return (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days


def test_root_and_intermediate_are_as_caddys(tmp_path, clock):
    made = authority(tmp_path, clock)
    assert common_name(made.root) == "Caddy Local Authority - 2027 ECC Root"
    assert common_name(made.intermediate[0]) == "Caddy Local Authority - ECC Intermediate"
    assert (days(made.root), days(made.intermediate[0])) == (3600, 7)
    for certificate, length in ((made.root, 1), (made.intermediate[0], 0)):
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert basic.critical
        assert (basic.value.ca, basic.value.path_length) == (True, length)
    made.intermediate[0].verify_directly_issued_by(made.root)


def test_the_files_are_caddys(tmp_path, clock):
    authority(tmp_path, clock)
    names = {p.name for p in (tmp_path / FOLDER).iterdir()}
    assert names == {"root.crt", "root.key", "intermediate.crt", "intermediate.key"}
    key = (tmp_path / FOLDER / "root.key").read_bytes()
    assert key.startswith(b"-----BEGIN EC PRIVATE KEY-----")


def test_it_is_the_same_the_next_time(tmp_path, clock):
    first, second = authority(tmp_path, clock), authority(tmp_path, clock)
    assert first.root == second.root
    assert first.intermediate == second.intermediate


def test_a_leaf(tmp_path, clock):
    made = authority(tmp_path, clock)
    leaf = made.issue(("*.localhost", "127.0.0.1", "::1"))
    assert leaf.names == ("*.localhost", "127.0.0.1", "::1")
    assert leaf.not_after - leaf.not_before == DAY / 2
    assert made.signed(leaf)
    names = leaf.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.critical  # since the subject is empty
    assert [str(n) for n in names.value.get_values_for_type(x509.IPAddress)] == [
        "127.0.0.1",
        "::1",
    ]


def test_openssl_accepts_the_chain(tmp_path, clock):
    import time

    clock.now = time.time()
    made = authority(tmp_path, clock)
    chain, _ = made.issue(("localhost",)).pem()
    leaf, root = str(tmp_path / "leaf.pem"), str(tmp_path / FOLDER / "root.crt")
    (tmp_path / "leaf.pem").write_bytes(chain)
    command = ["openssl", "verify", "-purpose", "sslserver", "-verify_hostname", "localhost"]
    done = subprocess.run(
        [*command, "-CAfile", root, "-untrusted", leaf, leaf],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_leaf_signed_with_the_root(tmp_path, clock):
    made = authority(tmp_path, clock)
    leaf = made.issue(("localhost",), with_root=True)
    assert len(leaf.chain) == 1
    leaf.leaf.verify_directly_issued_by(made.root)
    assert made.signed(leaf)


def test_a_leaf_never_outlives_what_signed_it(tmp_path, clock):
    made = authority(tmp_path, clock)
    clock.now += DAY
    leaf = made.issue(("localhost",), 30 * DAY)
    assert leaf.not_after == made.intermediate[0].not_valid_after_utc.timestamp()


def test_the_intermediate_is_renewed_when_a_fifth_is_left(tmp_path, clock):
    made = authority(tmp_path, clock)
    first = made.intermediate[0]
    clock.now += 7 * DAY * 0.79
    assert not made.renew()
    clock.now += 7 * DAY * 0.02
    assert made.renew()
    assert made.intermediate[0] != first
    made.intermediate[0].verify_directly_issued_by(made.root)
    assert authority(tmp_path, clock).intermediate == made.intermediate


def test_one_process_renews_the_other_takes_it(tmp_path, clock):
    one, two = authority(tmp_path, clock), authority(tmp_path, clock)
    clock.now += 6.5 * DAY
    assert one.renew()
    assert two.renew()
    assert one.intermediate == two.intermediate


def test_after_a_long_sleep_a_leaf_is_still_good(tmp_path, clock):
    made = authority(tmp_path, clock)
    clock.now += 30 * DAY
    leaf = made.issue(("localhost",))
    assert leaf.not_after == clock.now + DAY / 2
    assert made.signed(leaf)


def test_settings_are_honoured(tmp_path, clock):
    made = authority(
        tmp_path,
        clock,
        id="Mine",
        label="My CA",
        root_common_name="{pki.ca.name} Root",
        intermediate_common_name="x" * 100,
        intermediate_lifetime=DAY,
    )
    assert (tmp_path / "pki/authorities/mine/root.crt").exists()
    assert common_name(made.root) == "My CA Root"
    assert common_name(made.intermediate[0]) == "x" * 64
    assert days(made.intermediate[0]) == 1


def test_an_intermediate_must_end_before_the_root(tmp_path, clock):
    with pytest.raises(ConfigError, match="intermediate certificate lifetime must be less than"):
        authority(tmp_path, clock, intermediate_lifetime=4000 * DAY)


def test_keys_and_certificates_of_ones_own(tmp_path, clock):
    other = authority(tmp_path / "other", clock)
    folder = tmp_path / "other" / FOLDER
    made = authority(
        tmp_path / "new",
        clock,
        root_files=(str(folder / "root.crt"), str(folder / "root.key")),
        intermediate_files=(str(folder / "intermediate.crt"), str(folder / "intermediate.key")),
    )
    assert made.root == other.root
    assert not (tmp_path / "new/pki").exists()
    assert other.signed(made.issue(("a.internal",)))
    clock.now += 6.9 * DAY
    assert not made.renew()  # not ours to renew


@pytest.mark.parametrize("name", ["root", "intermediate"])
@pytest.mark.parametrize("how", ["no key", "another key", "garbage"])
def test_a_broken_folder_is_one_clear_complaint(tmp_path, clock, name, how):
    authority(tmp_path, clock)
    key = tmp_path / FOLDER / f"{name}.key"
    if how == "no key":
        key.unlink()
    elif how == "another key":
        authority(tmp_path / "x", clock)
        key.write_bytes((tmp_path / "x" / FOLDER / f"{name}.key").read_bytes())
    else:
        key.write_bytes(b"what is this")
    with pytest.raises(ConfigError, match=f"loading {name}"):
        authority(tmp_path, clock)


def test_missing_files_are_one_clear_complaint(tmp_path, clock):
    with pytest.raises(ConfigError, match=r"open /nowhere\.crt: No such file"):
        authority(tmp_path, clock, root_files=("/nowhere.crt", "/nowhere.key"))


def test_a_root_that_was_made_anew_gets_a_new_intermediate(tmp_path, clock):
    old = authority(tmp_path, clock)
    for name in ("root.crt", "root.key"):
        (tmp_path / FOLDER / name).unlink()
    new = authority(tmp_path, clock)
    assert new.root != old.root
    new.intermediate[0].verify_directly_issued_by(new.root)
    assert not new.signed(old.issue(("localhost",)))


def test_many_at_once_make_one_authority(tmp_path, clock):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: authority(tmp_path, clock), range(8)))
    assert len({m.root.public_bytes(Encoding.PEM) for m in made}) == 1
    assert len({m.intermediate[0].public_bytes(Encoding.PEM) for m in made}) == 1


def test_two_processes_at_once_make_one_authority(tmp_path):
    code = (
        "import sys, time; from caddylite.tls.authority import Authority, Settings\n"
        "from caddylite.tls.storage import FileStorage\n"
        "from caddylite.tls.certificate import fingerprint\n"
        "sys.stdin.readline()\n"
        "a = Authority(Settings(), FileStorage(sys.argv[1]), time.time); a.provision()\n"
        "print(fingerprint(a.root), fingerprint(a.intermediate[0]))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = {process.communicate("go\n", timeout=60)[0] for process in both}
    assert len(answers) == 1
    assert len(answers.pop().split()) == 2

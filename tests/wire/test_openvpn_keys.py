import hmac
from base64 import b64encode

import pytest

from caddylite.wire.openvpn_keys import (
    StaticKey,
    digests,
    find_digest,
    read_shared_key_file,
    read_v2_key_file,
)
from tests.wire.resets import KEY, SERVER_KEY


def test_quarters():
    assert StaticKey(KEY).quarter(3) == KEY[192:]
    assert StaticKey(SERVER_KEY).quarter(3) == SERVER_KEY[64:]


def test_a_shared_key_file(tmp_path):
    path = tmp_path / "ta.key"
    digits = KEY.hex()
    lines = "\r\n".join(digits[i : i + 32] for i in range(0, 512, 32))
    path.write_text(
        "#\r\n# 2048 bit OpenVPN static key\r\n#\r\n-----BEGIN OpenVPN Static key V1-----\r\n"
        f"{lines}\r\n-----END OpenVPN Static key V1-----\r\n",
        newline="",
    )
    assert read_shared_key_file(str(path)) == KEY


def test_a_tls_crypt_v2_key_file(tmp_path):
    path = tmp_path / "server.key"
    name = "OpenVPN tls-crypt-v2 server key"
    text = b64encode(SERVER_KEY).decode()
    path.write_text(f"-----BEGIN {name}-----\n{text[:64]}\n{text[64:]}\n-----END {name}-----\n")
    assert read_v2_key_file(str(path)) == SERVER_KEY
    with pytest.raises(ValueError, match="invalid static key file contents"):
        read_shared_key_file(str(path))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("SHA256", 32),
        ("sha2-256", 32),
        ("SHA-512/224", 28),
        ("ssl3-md5", 16),
        ("MD5+SHA1", 36),
        ("BLAKE2s-256", 32),
        ("shake128", 32),
        ("SHAKE-256", 64),
        ("sha3-384", 48),
    ],
)
def test_digests_by_name(name, size):
    assert find_digest(name).size == size
    assert len(find_digest(name).hmac(b"key" * 12, b"content")) == size


def test_unknown_digests():
    assert find_digest("Sha256") is None
    assert find_digest("whirlpool") is None


def test_hmac_by_hand_is_hmac():
    for name in ("blake2s", "blake2b"):
        ours = next(d for n, d in digests().items() if n.startswith(name.upper()))
        for key in (b"k" * 10, b"k" * 200):
            assert ours.hmac(key, b"x") == hmac.new(key, b"x", name).digest()

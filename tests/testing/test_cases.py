"""Files of cases: what is read, and what is said about what cannot be."""

from pathlib import Path

import pytest

from caddylite.errors import ConfigError
from caddylite.testing.cases import parse_text

HEAD = 'config: Caddyfile\nlisten: ":443"\n'
CASE = HEAD + "cases:\n - "


def read(text: str):
    return parse_text(text, Path("here/x.test.yaml"))


def test_what_a_case_says():
    file = read(
        HEAD + "from: 198.51.100.7\ncases:\n"
        "  - name: the VPN\n    client: tls sni=vpn.example.com\n    patience: 5s\n"
        "    expect: {upstream: '127.0.0.1:4443'}\n"
        "  - client: {http: {host: a.b, path: /x}}\n    listen: ':80'\n    from: 192.0.2.9:7\n"
        "    any_cut: false\n    expect: waiting\n  - client: ssh\n"
    )
    (variant,) = file.variants
    assert (variant.config, dict(variant.env)) == (Path("here/Caddyfile"), {})
    one, two, three = file.cases
    assert (one.name, one.listen, one.any_cut) == ("the VPN", ":443", True)
    assert (one.client.server_name, one.client.patience) == ("vpn.example.com", 5)
    assert one.client.remote == ("198.51.100.7", 50000)
    assert one.expect == {"upstream": "127.0.0.1:4443"}
    assert (two.listen, two.any_cut, two.expect) == (":80", False, {"outcome": "pending"})
    assert two.client.remote == ("192.0.2.9", 7)
    assert (three.name, three.expect, three.at.line) == ("SSH", None, 14)


def test_files_of_clients_are_beside_the_file_of_cases(tmp_path):
    (tmp_path / "hello.bin").write_bytes(b"hello")
    (tmp_path / "sub").mkdir()
    text = HEAD + "cases:\n- client: bytes file=../hello.bin\n"
    text += (
        "- client: {bytes: {file: ../hello.bin}}\n- client: tls inner='bytes file=../hello.bin'\n"
    )
    one, two, three = parse_text(text, tmp_path / "sub/x.test.yaml").cases
    assert (one.client.data, two.client.data, three.client.inner) == (b"hello",) * 3


def test_variants():
    file = read(
        "listen: ':1'\nvariants:\n  - {name: home, config: a, env: {X: 1}}\n  - {config: b}\n"
        "cases: []\n"
    )
    assert [(v.name, v.config.name, dict(v.env)) for v in file.variants] == [
        ("home", "a", {"X": "1"}),
        ("variant 2", "b", {}),
    ]


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("", 1, "the file is empty", "begin with"),
        ("- a\n", 1, "a file of cases is a mapping", "its keys"),
        ("config: x\n", 1, "there are no 'cases:'", "add a list"),
        ("config: x\ncases: 3\n", 2, "'cases' is not a list", "begin each case"),
        (HEAD + "case: []\n", 3, "unknown key 'case' of a file of cases", "did you mean 'cases'?"),
        (CASE + "clinet: ssh\n", 4, "unknown key 'clinet'", "did you mean 'client'?"),
        (CASE + "name: x\n", 4, "a case without a client", "add 'client"),
        (
            CASE + "client: tsl\n",
            4,
            "unknown kind of client: tsl",
            "did you mean 'tls'?",
        ),
        (CASE + "client: {tls: {snj: x}}\n", 4, "tls has no option 'snj'", "options"),
        (CASE + "client: ssh\n   expect: open\n", 5, "unknown outcome 'open'", "known"),
        (
            CASE + "client: ssh\n   expect:\n     upsteam: x\n",
            6,
            "unknown key 'upsteam' of what is expected",
            "did you mean 'upstream'?",
        ),
        (
            CASE + "client: ssh\n   from: there\n",
            5,
            "'there' is not an address",
            "write",
        ),
        (CASE + "client: ssh\n   client: ssh\n", 5, "'client' is said twice", ""),
        (HEAD + "cases: [\n", 4, "not YAML", ""),
        (HEAD + "env: 3\ncases: []\n", 3, "'env' is not a mapping", "write env"),
        (
            CASE + "client: ssh\n   any_cut: maybe\n",
            5,
            "'any_cut' is not yes or no",
            "any_cut: false",
        ),
        (
            HEAD + "any_cut: 'no'\ncases:\n - client: ssh\n",
            3,
            "'any_cut' is not yes or no",
            "any_cut",
        ),
        (
            CASE + "client: ssh\n   expect: {upstream: [x]}\n",
            5,
            "'upstream' is one value",
            "write",
        ),
        (CASE + "client: [ssh]\n", 4, "a client is one kind with its options", "{tls: "),
        ("config: [x]\ncases: []\n", 1, "'config' is one value", "write config"),
        (HEAD + "variants: {}\ncases: []\n", 3, "'variants' is not a list", "begin each"),
    ],
)
def test_complaints_have_a_place_and_a_hint(text, line, message, hint):
    with pytest.raises(ConfigError) as e:
        read(text)
    assert e.value.at.line == line
    assert message in e.value.message
    assert hint in (e.value.hint or "")


def test_a_file_that_is_not_there():
    from caddylite.testing.cases import load

    with pytest.raises(ConfigError, match=r"open nowhere\.yaml: no such file"):
        load("nowhere.yaml")

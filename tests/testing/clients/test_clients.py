"""Made-up clients say what the real ones say: our own readers and matchers agree."""

import inspect
from contextlib import suppress
from pathlib import Path

import pytest

from caddylite import registry
from caddylite.errors import ConfigError
from caddylite.layer4.matching import Connection, Peek
from caddylite.testing import clients
from caddylite.testing.clients.base import recording
from caddylite.testing.clients.hello import LIKE
from caddylite.testing.clients.spec import read
from caddylite.wire import clienthello, http_head
from caddylite.wire.quic_initial import InitialReader


def hello(data: bytes) -> clienthello.Hello:
    found = clienthello.read(data)
    assert isinstance(found, clienthello.Hello)
    return found


@pytest.mark.parametrize("like", LIKE)
@pytest.mark.parametrize(
    "name", ["", "a.b", "vpn.example.com", "x" * 60 + "." + "y" * 60 + ".com"]
)
@pytest.mark.parametrize("alpn", [(), ("h2", "http/1.1"), ("acme-tls/1",)])
def test_a_hello_names_what_was_asked(like, name, alpn):
    found = hello(clients.client_hello(name, alpn, like=like))
    assert (found.server_name, found.alpn, found.problem) == (name, alpn, "")


@pytest.mark.parametrize("like", LIKE)
def test_a_hello_with_the_recorded_name_is_the_recording(like):
    (recorded,) = recording(LIKE[like])
    found = hello(recorded)
    assert clients.client_hello(found.server_name, found.alpn, like=like) == recorded


@pytest.mark.parametrize("count", [2, 3, 7, 50])
def test_a_hello_in_several_records(count):
    whole = clients.tls("vpn.example.com", like="safari").data
    client = clients.tls("vpn.example.com", like="safari", records=count)
    assert len(clients.records(client.data)) == count - 1
    assert len(client.data) == len(whole) + 5 * (count - 1)
    assert hello(client.data).server_name == "vpn.example.com"


@pytest.mark.parametrize(
    ("versions", "offered"), [("1.2", ()), ("1.3", (0x0304,)), ("1.2-1.3", (0x0304, 0x0303))]
)
def test_versions(versions, offered):
    data = clients.client_hello("a.b", versions=versions)
    assert hello(data).server_name == "a.b"
    wanted = b"".join(v.to_bytes(2, "big") for v in offered)
    extension = b"\x00\x2b" + (len(wanted) + 1).to_bytes(2, "big") + bytes((len(wanted),)) + wanted
    assert (extension in data) == bool(offered)


@pytest.mark.parametrize("like", ["openssl", "chrome"])
@pytest.mark.parametrize("version", [1, 2, 0x6B3343CF])
def test_a_quic_client_can_be_opened(like, version):
    client = clients.quic("q.example.com", like=like, version=version)
    reader = InitialReader()
    for datagram in client.datagrams:
        assert len(datagram) >= 1200
        reader.feed(datagram)
    assert reader.outcome.server_name == "q.example.com"
    assert reader.outcome.alpn == ("h3",)
    assert len(client.datagrams) == (2 if like == "chrome" else 1)


MATCHED_BY = {
    "winbox": "winbox",
    "winbox root romon=yes": "winbox",
    "ssh": "ssh",
    "postgres": "postgres",
    "postgres tls=request": "postgres",
    "rdp": "rdp",
    "rdp alice": "rdp",
    "socks4": "socks4",
    "socks4 to=www.example.com:443": "socks4",
    "socks5": "socks5",
    "socks5 user=bob password=x": "socks5",
    "xmpp": "xmpp",
    "xmpp declaration=no": "xmpp",
    "openvpn": "openvpn",
    "openvpn network=tcp": "openvpn",
    "openvpn tls-auth": "openvpn",
    "openvpn tls-crypt": "openvpn",
    "openvpn tls-crypt-v2": "openvpn",
    "wireguard": "wireguard",
    "quic sni=a.b": "quic",
    "dns": "dns",
    "dns a.b type=AAAA network=tcp": "dns",
    "tls sni=a.b": "tls",
    "http a.b path=/x": "http",
    "http a.b version=2": "http",
    "ssh proxy_protocol=198.51.100.7:99": "proxy_protocol",
    "ssh proxy_protocol=198.51.100.7:99 proxy_version=1": "proxy_protocol",
}


@pytest.mark.parametrize("words", MATCHED_BY)
def test_a_client_is_taken_for_what_it_is_and_for_nothing_else(words):
    client = clients.parse(words)
    p = Peek(client.data, Connection(network=client.network), client.datagrams)
    matcher = MATCHED_BY[words]
    options = {"ignore_timestamp": True} if matcher == "openvpn" else {}
    assert registry.find("layer4.matchers", matcher)(**options).prepare(None)(p)
    for other in {"ssh", "tls", "http", "rdp", "proxy_protocol"} - {matcher}:
        p = Peek(client.data + bytes(64), Connection(network=client.network), client.datagrams)
        assert not registry.find("layer4.matchers", other)().prepare(None)(p)


def test_an_http_client_asks_what_it_was_told():
    client = clients.http("h.example", "/x?y=z", method="POST", headers={"X-A": "b"})
    head = http_head.read(client.data)
    assert (head.method, head.host, head.path, head.query) == ("POST", "h.example", "/x", "y=z")
    assert ("X-A", "b") in head.fields
    over_two = http_head.read(
        clients.http("h.example", "/x", headers={"X-A": "b"}, version="2").data
    )
    assert (over_two.host, over_two.path, over_two.proto) == ("h.example", "/x", "HTTP/2.0")
    assert ("x-a", "b") in [(k.lower(), v) for k, v in over_two.fields]


def test_what_is_inside():
    client = clients.parse("tls sni=a.b http=/x")
    assert http_head.read(client.inner).host == "a.b"
    client = clients.make("tls", {"sni": "a.b", "inner": {"tls": {"sni": "c.d", "http": "/"}}})
    assert hello(client.inner).server_name == "c.d"
    assert http_head.read(client.later[0]).host == "c.d"
    client = clients.postgres(tls="request", sni="p.q")
    assert hello(client.inner).server_name == "p.q"
    assert client.later[0].endswith(b"psql\0\0")


def test_given_bytes(tmp_path):
    assert clients.parse("bytes hex='01 02'").data == b"\x01\x02"
    assert clients.parse("bytes base64=AQI=").data == b"\x01\x02"
    assert clients.parse("bytes text=hi").data == b"hi"
    (tmp_path / "f").write_bytes(b"xyz")
    assert clients.raw(file=str(tmp_path / "f")).data == b"xyz"
    assert clients.parse("bytes hex=00 network=udp").datagrams == (b"\0",)
    assert clients.parse("").data == b""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("tsl", "unknown kind of client: tsl"),
        ("tls colour=red", "tls has no option 'colour'"),
        ("tls like=lynx", "no recording of 'lynx'"),
        ("tls versions=9", "'9' are no TLS versions"),
        ("tls records=x", "records: 'x' is not a number"),
        ("ssh from=here", "'here' is not an address"),
        ("bytes", "bytes wants one of hex, base64, text and file"),
        ("bytes hex=xx", "bytes: non-hexadecimal"),
        ("bytes file=/nowhere/at/all", "open /nowhere/at/all: no such file"),
        ("dns type=ZZ", "unknown DNS type ZZ"),
        ("openvpn tls-crypt network=tcp", "there is no recording of OpenVPN tls-crypt over tcp"),
        ("silent x", "a silent client takes no argument"),
        ("tls a b", "'b' is no option of a client"),
        ("tls 'x", "No closing quotation"),
        ("http version=3", "no such HTTP version: 3"),
        ("socks4 to=a.b:http", "'http' is not a port"),
        ("pcap /nowhere.pcap", "open /nowhere.pcap: no such file"),
        ("pcap", "pcap lacks the option 'file'"),
        ("tls records=0", "a hello of 292 bytes cannot fill 0 records"),
        ("tls records=1.5", "records: '1.5' is not a whole number"),
        ("tls alpn=" + "x" * 300, "there is no such tls client"),
        ("ssh from=192.0.2.1:70000", "'192.0.2.1:70000' is not an address"),
        ("ssh patience=long", "patience: 'long' is not a number"),
        ("ssh proxy_protocol=192.0.2.1 proxy_version=x", "proxy_version: 'x' is not a number"),
        ("ssh proxy_protocol=192.0.2.1 proxy_version=3", "no PROXY version 3"),
        ("quic version=3", "no QUIC version 3"),
        ("socks5 methods=a", "there is no such socks5 client"),
    ],
)
def test_complaints(words, message):
    with pytest.raises(ConfigError) as e:
        clients.parse(words)
    assert message in str(e.value)


def test_a_misspelt_option_is_guessed():
    with pytest.raises(ConfigError) as e:
        clients.parse("tls snii=a.b")
    assert (e.value.hint or "").startswith("did you mean 'sni'?; its options: sni, alpn, like")


@pytest.mark.parametrize("kind", sorted(clients.KINDS))
def test_whatever_a_file_says_is_a_client_or_a_complaint(kind):
    """Values of every type, for every option."""
    options = [*inspect.signature(clients.KINDS[kind]).parameters, "from", "time", "patience"]
    for name in [*options, "proxy_protocol", "proxy_version", "inner"]:
        for value in (None, [], {}, [1], {"a": 1}, 3, True, 1.5, ["h2"], "x", "-1", "9" * 30,
                      "x" * 300, "é", "1:2:3", "nan"):  # fmt: skip
            with suppress(ConfigError):
                assert isinstance(clients.make(kind, {name: value}), clients.Client)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("tls like=chrome", ("h2", "http/1.1")),
        ("tls like=chrome alpn=h2", ("h2",)),
        ("tls like=chrome alpn=", ()),
        ("tls like=openconnect", ()),
        ("tls", ()),
    ],
)
def test_a_program_offers_what_it_offers(words, offered):
    assert hello(clients.parse(words).data).alpn == offered


def test_a_client_as_files_have_it():
    assert read({"tls": {"sni": "a.b"}}) == clients.tls("a.b")
    assert read({"tls": "a.b"}) == clients.tls("a.b")
    assert read({"ssh": None}) == clients.ssh()
    assert read("ssh") == clients.ssh()
    with pytest.raises(ConfigError, match="one kind with its options"):
        read({"ssh": None, "tls": None})


def test_every_recording_is_used_or_known():
    folder = Path(clients.__file__).parent.parent / "recordings"
    assert {p.suffix for p in folder.iterdir()} == {".hex"}
    for file in folder.iterdir():
        assert recording(file.stem)

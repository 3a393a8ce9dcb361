import stat
from pathlib import Path

import pytest

from caddylite.caddy.network_proxy.url import URL
from caddylite.errors import ConfigError
from caddylite.pki.config import CA, PKI
from caddylite.tls.automation import Automation, AutomationPolicy, SessionTickets
from caddylite.tls.certificates.automate import Automate
from caddylite.tls.certificates.load_files import CertKeyFilePair, LoadFiles
from caddylite.tls.certificates.load_folders import LoadFolders
from caddylite.tls.certificates.load_pem import CertKeyPEMPair, LoadPEM
from caddylite.tls.config import TLS
from caddylite.tls.get_certificate.http import HTTP as Manager
from caddylite.tls.issuance.acme import ACMEIssuer
from caddylite.tls.issuance.internal import InternalIssuer
from caddylite.tls.issuance.zerossl import ZeroSSLIssuer
from caddylite.tls.live.app import make_apps
from caddylite.tls.live.termination import Peer
from caddylite.tls.policy import ConnectionPolicy
from caddylite.values import Duration
from tests.tls.house import House

HOUR = 3600.0
PEER = Peer(("192.0.2.7", 1), ("127.0.0.1", 443))


class Asked:
    signature_schemes = ()

    def __init__(self, server_name=""):
        self.server_name = server_name


def app_of(path, tls=None, pki=None, now=1_800_000_000.0):
    house = House(path, now)
    app, authorities = make_apps(tls, pki, house)
    house.apps = {"tls": app, "pki": authorities}
    return app, house


def served(app, name="localhost", **policy):
    return app.certificate(Asked(name), PEER, ConnectionPolicy(**policy))


def internal(*subjects, **more) -> TLS:
    policy = AutomationPolicy(subjects=subjects, issuers=(InternalIssuer(),), **more)
    return TLS(automation=Automation(policies=(policy,)))


def test_a_local_name_gets_a_certificate(tmp_path):
    app, _ = app_of(tmp_path)
    app.start(["localhost"])
    found = served(app)
    assert found.names == ("localhost",)
    assert found.not_after - found.not_before == 12 * HOUR


def test_it_lies_where_caddy_keeps_it(tmp_path):
    app, _ = app_of(tmp_path)
    app.start(["*.internal"])
    folder = tmp_path / "certificates" / "local" / "wildcard_.internal"
    assert sorted(p.name for p in folder.iterdir()) == [
        "wildcard_.internal.crt",
        "wildcard_.internal.json",
        "wildcard_.internal.key",
    ]
    for path in tmp_path.rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    assert '"sans": [\n\t\t"*.internal"\n\t]' in (folder / "wildcard_.internal.json").read_text()


def test_it_is_taken_up_again(tmp_path):
    first, _ = app_of(tmp_path)
    first.start(["localhost"])
    second, _ = app_of(tmp_path, now=1_800_000_000.0 + HOUR)
    second.start(["localhost"])
    assert served(second).leaf == served(first).leaf


@pytest.mark.parametrize("damage", ["unreadable", "another name", "another authority"])
def test_what_lies_there_is_not_trusted_blindly(tmp_path, damage):
    app, _ = app_of(tmp_path)
    app.start(["localhost", "other.internal"])
    site = tmp_path / "certificates/local/localhost"
    if damage == "unreadable":
        (site / "localhost.crt").write_text("hello")
    elif damage == "another name":
        other = tmp_path / "certificates/local/other.internal"
        for kind in ("crt", "key"):
            text = (other / f"other.internal.{kind}").read_text()
            (site / f"localhost.{kind}").write_text(text)
    else:
        for path in (tmp_path / "pki/authorities/local").iterdir():
            path.unlink()
    again, house = app_of(tmp_path)
    again.start(["localhost"])
    assert served(again).names == ("localhost",)
    assert again.pki.authority().signed(served(again))
    assert bool(house.logged("warn")) == (damage == "unreadable")


def test_it_is_renewed_when_a_third_is_left(tmp_path):
    app, house = app_of(tmp_path)
    app.start(["localhost"])
    first = served(app)
    house.pass_time(7.9 * HOUR)
    assert served(app) is first
    house.pass_time(0.5 * HOUR)
    second = served(app)
    assert second is not first
    assert second.not_after > first.not_after
    assert app.store.named("localhost") == [second]


def test_two_processes_share_a_renewal(tmp_path):
    one, house_one = app_of(tmp_path)
    two, house_two = app_of(tmp_path)
    for app in (one, two):
        app.start(["localhost"])
    for house in (house_one, house_two):
        house.pass_time(8.5 * HOUR)
    assert served(one).leaf == served(two).leaf


def test_weeks_go_by(tmp_path):
    app, house = app_of(tmp_path)
    app.start(["localhost"])
    for _ in range(60):
        house.pass_time(12 * HOUR)
        found = served(app)
        assert found.not_before <= house.now < found.not_after
        assert app.pki.authority().signed(found)
    assert len(house.timers) == 2  # one for certificates, one for the intermediate
    for stop in house.stops:
        stop()
    assert house.timers == []


def test_the_clock_may_jump(tmp_path):
    app, house = app_of(tmp_path)
    app.start(["localhost"])
    house.now += 90 * 24 * HOUR  # asleep: no timer has run
    assert served(app).not_after > house.now


def test_a_renewal_that_fails_leaves_what_there_is(tmp_path, monkeypatch):
    app, house = app_of(tmp_path)
    app.start(["localhost"])
    first = served(app)

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("caddylite.tls.storage.FileStorage.store", fail)
    house.pass_time(9 * HOUR)
    assert served(app) is first
    assert "renewing certificate" in house.logged("error")
    house.now += 10 * HOUR
    tries = len(house.logged("error"))
    assert served(app) is first
    assert served(app) is first
    assert len(house.logged("error")) == tries + 1  # not one for each handshake
    monkeypatch.undo()
    house.pass_time(HOUR)
    assert served(app).not_after > house.now


def test_public_names_are_ours_where_the_config_says_so(tmp_path):
    app, _ = app_of(tmp_path, internal("example.com", "*.example.org"))
    app.start(["example.com", "a.example.org", "localhost"])
    assert served(app, "example.com").names == ("example.com",)
    assert served(app, "a.example.org").names == ("a.example.org",)
    assert served(app).names == ("localhost",)
    local_certs, _ = app_of(tmp_path, internal())
    local_certs.start(["b.test"])
    assert served(local_certs, "b.test").names == ("b.test",)


def test_public_names_are_obtained_from_lets_encrypt(tmp_path):
    app, house = app_of(tmp_path)
    app.start(["example.com", "localhost"])
    assert [(e.terms.name, [i.key for i in e.issuers]) for e in app.ordered] == [
        ("example.com", ["acme-v02.api.letsencrypt.org-directory"])
    ]
    assert "it is being obtained" in served(app, "example.com")
    assert served(app).names == ("localhost",)
    for stop in house.stops:
        stop()
    assert house.timers == []


def test_an_acme_issuer_is_not_replaced_by_ours(tmp_path):
    policy = AutomationPolicy(issuers=(ACMEIssuer(),))
    app, _ = app_of(tmp_path, TLS(automation=Automation(policies=(policy,))))
    app.start(["example.com", "a.internal"], ["a.internal"])
    assert [e.terms.name for e in app.ordered] == ["example.com"]
    assert served(app, "a.internal").issuer == "local"


POSITION = (
    "provisioning automation policy 0: loading TLS automation management module: position 0: "
)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (
            AutomationPolicy(get_certificate=(Manager("http://x"),)),
            "provisioning automation policy 0: the certificate manager 'http' is not built yet",
        ),
        (
            AutomationPolicy(issuers=(ACMEIssuer(trusted_roots_pem_files=("/nowhere",)),)),
            f"{POSITION}loading module 'acme': provision tls.issuance.acme: "
            "loading trusted root CA's PEM file: /nowhere: open /nowhere: "
            "no such file or directory",
        ),
        (
            AutomationPolicy(issuers=(ZeroSSLIssuer("key"),)),
            f"{POSITION}loading module 'zerossl': provision tls.issuance.zerossl: "
            "the issuer 'zerossl' is not built yet",
        ),
        (
            AutomationPolicy(issuers=(ACMEIssuer(network_proxy=URL("http://proxy")),)),
            f"{POSITION}loading module 'acme': provision tls.issuance.acme: "
            "the network proxy 'url' is not built yet",
        ),
        (
            AutomationPolicy(issuers=(ACMEIssuer(),), must_staple=True),
            f"{POSITION}loading module 'acme': provision tls.issuance.acme: "
            "must_staple needs OCSP stapling, which is not built yet",
        ),
    ],
)
def test_policies_that_cannot_be_used(tmp_path, policy, words):
    with pytest.raises(ConfigError) as caught:
        app_of(tmp_path, TLS(automation=Automation(policies=(policy,))))
    assert caught.value.message == f"loading tls app module: provision tls: {words}"


def test_names_listed_in_the_config_are_managed(tmp_path):
    ir = TLS(certificates={"automate": Automate(("a.internal",))})
    app, _ = app_of(tmp_path, ir)
    app.start()
    assert served(app, "a.internal").names == ("a.internal",)


def test_a_name_that_a_transport_wants_is_managed(tmp_path):
    app, _ = app_of(tmp_path, None)
    app.automate("client.internal")
    assert app.certificate_of("client.internal") is None
    app.start()
    assert app.certificate_of("client.internal").names == ("client.internal",)


def test_issuers_settings(tmp_path):
    issuer = InternalIssuer(ca="mine", lifetime=Duration.parse("2h"), sign_with_root=True)
    ir = TLS(automation=Automation(policies=(AutomationPolicy(issuers=(issuer,)),)))
    pki = PKI({"mine": CA(label="Mine")})
    app, _ = app_of(tmp_path, ir, pki)
    app.start(["a.internal"])
    found = served(app, "a.internal")
    assert found.not_after - found.not_before == 2 * HOUR
    assert len(found.chain) == 1
    assert (tmp_path / "certificates/mine/a.internal/a.internal.crt").exists()


def test_an_authority_nobody_configured(tmp_path):
    ir = TLS(
        automation=Automation(policies=(AutomationPolicy(issuers=(InternalIssuer(ca="x"),)),))
    )
    with pytest.raises(ConfigError, match="no certificate authority configured with id: x"):
        app_of(tmp_path, ir)


def test_on_demand(tmp_path):
    app, _ = app_of(tmp_path, internal(on_demand=True))
    app.start()
    assert served(app, "whoever.internal").names == ("whoever.internal",)
    assert served(app, "not a name") == "no certificate available for 'not a name'"
    assert served(app, "").names == ("127.0.0.1",)


def test_tickets(tmp_path):
    assert app_of(tmp_path)[0].tickets
    assert not app_of(tmp_path, TLS(session_tickets=SessionTickets(disabled=True)))[0].tickets


def test_a_storage_that_cannot_be_used_is_one_clear_complaint(tmp_path):
    (tmp_path / "certificates").write_text("in the way")
    app, _ = app_of(tmp_path)
    with pytest.raises(ConfigError, match="obtaining certificate for localhost: Not a directory"):
        app.start(["localhost"])


def test_where_the_root_lies_is_said_unless_nobody_wants_to_know(tmp_path):
    app, house = app_of(tmp_path)
    app.start(["localhost"])
    (record,) = [r for r in house.records if r[1] == "pki"]
    assert record[3]["path"] == str(tmp_path / "pki/authorities/local/root.crt")
    app, house = app_of(tmp_path, pki=PKI({"local": CA(install_trust=False)}))
    assert house.logged("info") == []


# Certificates of the config.


@pytest.fixture
def pair(tmp_path):
    app, _ = app_of(tmp_path / "elsewhere")
    chain, key = app.pki.authority().issue(("a.test", "*.b.test")).pem()
    (tmp_path / "c.pem").write_bytes(chain)
    (tmp_path / "k.pem").write_bytes(key)
    return str(tmp_path / "c.pem"), str(tmp_path / "k.pem")


def test_from_files(tmp_path, pair, monkeypatch):
    monkeypatch.setenv("CERT", pair[0])
    for certificate in (pair[0], "{env.CERT}"):
        loader = LoadFiles((CertKeyFilePair(certificate, pair[1], tags=("t",)),))
        app, _ = app_of(tmp_path, TLS(certificates={"load_files": loader}))
        assert served(app, "a.test").tags == ("t",)
        assert app.has("x.b.test")
        assert not app.has("b.test")
        assert not (tmp_path / "pki").exists()  # no authority is made that nobody needs


def test_from_folders_and_text(tmp_path, pair):
    chain, key = Path(pair[0]).read_text(), Path(pair[1]).read_text()
    folder = tmp_path / "folder" / "deeper"
    folder.mkdir(parents=True)
    (folder / "both.pem").write_text(chain + key)
    (folder / "readme.txt").write_text("not this")
    app, _ = app_of(
        tmp_path, TLS(certificates={"load_folders": LoadFolders((str(tmp_path / "folder"),))})
    )
    assert served(app, "a.test").names == ("a.test", "*.b.test")
    loader = LoadPEM((CertKeyPEMPair(chain, key),))
    app, _ = app_of(tmp_path, TLS(certificates={"load_pem": loader}))
    assert served(app, "a.test").names == ("a.test", "*.b.test")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (("{c}", "/nowhere/k.pem"), "open /nowhere/k.pem: no such file or directory"),
        (("/nowhere/c.pem", "{k}"), "open /nowhere/c.pem: no such file or directory"),
        (("{k}", "{k}"), "failed to find any PEM data in certificate input"),
        (("{c}", "{c}"), "failed to find any PEM data in key input"),
        (("/", "{k}"), "open /: is a directory"),
    ],
)
def test_files_that_cannot_be_used_are_one_clear_complaint(tmp_path, pair, files, words):
    names = [f.replace("{c}", pair[0]).replace("{k}", pair[1]) for f in files]
    loader = LoadFiles((CertKeyFilePair(*names),))
    with pytest.raises(ConfigError, match="loading certificates: ") as caught:
        app_of(tmp_path, TLS(certificates={"load_files": loader}))
    assert words in str(caught.value)

"""The configs of issue threads: a rule names what went wrong; those of the docs have no error.

The data is not ours: it lies beside the project, or where $CADDYLITE_CONFORMANCE says.
"""

import os
from pathlib import Path

import pytest

from caddylite.testing.lint import ERROR, lint

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("CADDYLITE_CONFORMANCE", ROOT / "../shared/conformance")).resolve()
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="no conformance data (set CADDYLITE_CONFORMANCE)"
)

#: By row of layer4/index.tsv: the rule that would have told the author, and what it says there.
TOLD = {
    "002": ("L4061", "proxy localhost:443 on :443 is a loop"),
    "004": ("L4050", "the tls handler has no certificate"),
    "006": ("L4047", "an extra hop, and the client's address is lost"),
    "008": ("L4046", "the next hop must expect a PROXY header"),
    "010": ("L4054", "TLS ended and begun again: ALPN"),
    "012": ("L4022", "PostgreSQL clients do not begin with a ClientHello"),
    "014": ("L4049", "the PROXY header of the front is not taken off before 'http host'"),
    "020": ("L4046", "the next hop must expect a PROXY header"),
    "022": ("L4044", "listener wrappers do not apply to UDP"),
    "026": ("L4003", "the key file is not there"),
    "028": ("L4001", "layer4 is a global option"),
    "030": ("L4019", "anchors hold for the outer alternatives only"),
    "032": ("L4013", "'not' takes its matchers together"),
    "036": ("L4067", "everything else is echoed, to forged senders too"),
    "038": ("L4020", "quic in a TCP listener wrapper"),
    "040": ("L4001", "reverse_proxy is no layer-4 handler"),
    "042": ("L4050", "nothing gets a certificate"),
    "046": ("L4021", "'http host' on the HTTPS port"),
    "048": ("L4001", "ip is now remote_ip"),
    "050": ("L4001", "crowdsec needs its plugin"),
    "052": ("L4080", "a hello in two segments falls to the fallback"),
    "054": ("L4024", "TLS looked for on port 80"),
    "056": ("L4044", "HTTP/3 takes no PROXY header"),
    "060": ("L4065", "the database is published without TLS"),
    "062": ("L4064", "{labels.N} is empty in layer 4"),
    "064": ("L4065", "MongoDB is published to everybody"),
    "066": ("L4063", "databases chosen by chance"),
    "068": ("L4034", "the certificate cannot be obtained"),
    "070": ("L4045", "the PROXY headers are believed from nobody"),
    "072": ("L4054", "TLS ended and begun again breaks HTTP/2"),
    "074": ("L4050", "nothing gets a certificate"),
    "076": ("L4065", "an open resolver"),
    "078": ("L4043", "Redis does not speak PROXY"),
    "080": ("L4043", "PostgreSQL does not speak PROXY"),
    "082": ("L4052", "the next hop wants STARTTLS"),
    "084": ("L4002", "the variable is not set"),
    "088": ("L4001", "the handler is postgres_tls"),
    "090": ("L4001", "the global block must be first"),
    "092": ("L4002", "the variable is empty"),
    "098": ("L4009", "'not tls alpn' takes clients without ALPN"),
    "100": ("L4063", "two upstreams, chosen at random"),
    "102": ("L4047", "the upstream sees the proxy's address"),
    "104": ("L4031", "no site, so nothing listens"),
    "110": ("L4047", "the upstream sees the proxy's address"),
    "112": ("L4022", "SSH clients do not begin with a ClientHello"),
    "114": ("L4034", "the certificates cannot be obtained"),
    "116": ("L4002", "the site's name comes from a variable that is not set"),
    "118": ("L4001", "forward_proxy needs its plugin"),
    "120": ("L4001", "forward_proxy needs its plugin"),
    "122": ("L4001", "trojan needs its plugin"),
}
#: In these the rule names another mistake of the config than the row speaks of (a feature was
#: wanted, Caddy itself had a bug, or nothing is said).
ANOTHER = {
    "002", "004", "010", "012", "020", "026", "030", "036", "042", "046", "054", "064", "066",
    "068", "070", "074", "076", "082", "102", "104", "110", "114",
}  # fmt: skip


def findings(path):
    text = path.read_text()
    if path.suffix == ".caddytest":
        text = text.split("\n----------\n")[0]
    return lint(text, path.name, is_caddyfile=path.suffix != ".json-config")


def config_of(row):
    folder = DATA / "layer4"
    path = folder / f"{row}.caddyfile"
    return path if path.exists() else folder / f"{row}.json-config"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in ("DOMAIN", "ALLOWED_IPS", "SIGNAL_PROXY_SUBDOMAIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("row", TOLD)
def test_a_rule_tells_the_author(row):
    code, _ = TOLD[row]
    found = [f for f in findings(config_of(row)) if f.code == code]
    assert found
    assert all(f.why and f.todo for f in found)


def test_forty_rows_have_a_rule_and_most_of_those_the_one_for_their_own_trouble():
    assert len(TOLD) >= 40
    assert len(TOLD.keys() - ANOTHER) >= 28


def test_the_split_hello_is_told_where_the_record_shows_it():
    told = {r for r in ("006", "032", "038s", "052", "056", "070", "074s", "098", "102")
            if any(f.code == "L4080" for f in findings(config_of(r)))}  # fmt: skip
    assert told == {"032", "052"}  # the others answered the same whole and cut
    assert "L4080" in [f.code for f in findings(config_of("010s"))]


def test_nothing_breaks_on_any_of_them():
    folder = DATA / "layer4"
    files = [*folder.glob("*.caddyfile"), *folder.glob("*.json-config")]
    assert len(files) > 60
    for path in files:
        findings(path)


def test_where_nothing_is_wrong_no_rule_of_severity_error_fires():
    files = [*(DATA / "docs").glob("*.caddyfile"), *(DATA / "caddy-l4").glob("*.caddytest")]
    wrong = {
        f"{path.parent.name}/{path.name}": f
        for path in files
        if not path.with_suffix(".err").exists()
        for f in findings(path)
        if f.severity == ERROR
    }
    assert len(files) > 200
    assert not wrong

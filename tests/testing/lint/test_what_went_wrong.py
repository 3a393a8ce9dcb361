"""The configs of issue threads: a rule names what went wrong; those of the docs have no error.

The data is not ours: it lies beside the project, or where $CADDYLITE_CONFORMANCE says. Each of the
61 rows of layer4/index.tsv stands in exactly one of the four lists here.
"""

import os
import re
from pathlib import Path

import pytest

from caddylite.testing.lint import ERROR, lint

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("CADDYLITE_CONFORMANCE", ROOT / "../shared/conformance")).resolve()
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="no conformance data (set CADDYLITE_CONFORMANCE)"
)

#: Rows whose own trouble a rule names in the file as it is: the rule, and what it says there.
TOLD = {
    "002": ("L4061", "proxy localhost:443 on :443 is a loop"),
    "006": ("L4047", "an extra hop, and the client's address is lost"),
    "008": ("L4046", "the next hop must expect a PROXY header"),
    "010": ("L4050", "TLS is ended, unwanted, for a name that has no certificate"),
    "012": ("L4038", "TLS goes on, still encrypted, to ports of clear text"),
    "014": ("L4049", "the PROXY header of the front is not taken off before 'http host'"),
    "022": ("L4044", "listener wrappers do not apply to UDP"),
    "028": ("L4001", "layer4 is a global option"),
    "032": ("L4013", "'not' takes its matchers together"),
    "038": ("L4020", "quic in a TCP listener wrapper"),
    "040": ("L4001", "reverse_proxy is no layer-4 handler"),
    "048": ("L4001", "ip is now remote_ip"),
    "050": ("L4001", "crowdsec needs its plugin"),
    "056": ("L4044", "HTTP/3 takes no PROXY header"),
    "060": ("L4065", "the database is published without TLS"),
    "062": ("L4064", "{labels.N} is empty in layer 4"),
    "072": ("L4054", "TLS ended and begun again breaks HTTP/2"),
    "078": ("L4043", "Redis does not speak PROXY"),
    "080": ("L4043", "PostgreSQL does not speak PROXY"),
    "084": ("L4002", "the variable is not set"),
    "088": ("L4001", "the handler is postgres_tls"),
    "090": ("L4001", "the global block must be first"),
    "092": ("L4002", "the variable is empty"),
    "098": ("L4009", "'not tls alpn' takes clients without ALPN"),
    "100": ("L4063", "two upstreams, chosen at random"),
    "112": ("L4022", "SSH clients do not begin with a ClientHello"),
    "116": ("L4002", "the site's name comes from a variable that is not set"),
    "118": ("L4001", "forward_proxy needs its plugin"),
    "120": ("L4001", "forward_proxy needs its plugin"),
    "122": ("L4001", "trojan needs its plugin"),
}
#: Rows that tell of a mistake and hold the config after its correction. Here the mistake is made
#: again, as the row or its thread has it: the rule, and what was written for what.
BEFORE = {
    "016": ("L4026", r"@a remote_ip", "@a http remote_ip"),
    "018": ("L4076", r"udp/(127\.0\.0\.1:5000)", r"\1/udp"),
    "020": ("L4001", '("routes")', r'"listener_wrappers": [{"wrapper": "proxy_protocol"}], \1'),
    "034": ("L4005", r"\}\s*\Z", ""),
    "042": ("L4035", r"(tls)(\s+)(echo)", r"\3\2\1"),  # labels are sorted
    "074": ("L4055", r"connection_policy \{[^}]*\}", ""),
    "086": ("L4007", r"-test\$", r"\\\\.test$"),
    "094": ("L4011", r"(route)( \{[^}]*\})", r"@ssh ssh\n\1\2\nroute @ssh\2"),
    "104": ("L4070", r"(?s)servers :443 \{.*?layer4 \{(.*?)\n\t\t\t\}\n\t\t\ttls.*",
            r"layer4 {\n:443 {\1\n}\n}\n}\nexample.co {\n}\n"),
    "114": ("L4055", r'(?s)"connection_policies": \[.*?\}\s*\]', '"connection_policies": []'),
}  # fmt: skip
#: Rows in which the rule names another mistake of the config than the row speaks of: there a
#: feature was wanted, Caddy itself had a bug, or nothing is said.
ANOTHER = {
    "004": ("L4050", "the tls handler has no certificate; a feature was wanted"),
    "026": ("L4003", "the key file is not there; a feature was wanted"),
    "030": ("L4019", "anchors hold for the outer alternatives only; a feature was wanted"),
    "036": ("L4067", "everything else is echoed, to forged senders too; Caddy had a bug"),
    "046": ("L4031", "no site, so nothing listens; a feature was wanted"),
    "052": ("L4080", "a hello in two segments goes elsewhere; Caddy had another bug"),
    "054": ("L4024", "TLS looked for on port 80; Caddy had a bug"),
    "064": ("L4065", "MongoDB is published to everybody; a matcher was wanted"),
    "066": ("L4063", "databases chosen by chance; a feature was wanted"),
    "068": ("L4034", "the certificate cannot be obtained; Caddy had a bug"),
    "070": ("L4045", "the PROXY headers are believed from nobody; Caddy had a bug"),
    "076": ("L4065", "an open resolver; why the reply is missing is not in the config"),
    "082": ("L4052", "the next hop wants STARTTLS; a feature was wanted"),
    "102": ("L4047", "the upstream sees the proxy's address; nothing is said"),
    "110": ("L4047", "the upstream sees the proxy's address; nothing is said"),
}
#: Rows of which there is nothing to say, and why.
NOTHING = {
    "024": "Caddy did not resolve upstreams with a protocol",
    "044": "how to write labels; the config is right",
    "058": "an answer that works",
    "096": "works",
    "106": "works",
    "108": "works",
}


def is_caddyfile(path):
    return path.suffix != ".json-config"


def findings(path):
    text = path.read_text()
    if path.suffix == ".caddytest":
        text = text.split("\n----------\n")[0]
    return lint(text, path.name, is_caddyfile=is_caddyfile(path))


def config_of(row):
    folder = DATA / "layer4"
    path = folder / f"{row}.caddyfile"
    return path if path.exists() else folder / f"{row}.json-config"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in ("DOMAIN", "ALLOWED_IPS", "SIGNAL_PROXY_SUBDOMAIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("row", [*TOLD, *ANOTHER])
def test_a_rule_tells_the_author(row):
    code, _ = (TOLD | ANOTHER)[row]
    found = [f for f in findings(config_of(row)) if f.code == code]
    assert found
    assert all(f.why and f.todo for f in found)


@pytest.mark.parametrize("row", BEFORE)
def test_a_rule_would_have_told_the_author_before(row):
    code, right, wrong = BEFORE[row]
    path = config_of(row)
    text = path.read_text()
    before, count = re.subn(right, wrong, text, count=1)
    assert count == 1
    assert code in [f.code for f in lint(before, path.name, is_caddyfile=is_caddyfile(path))]
    assert code not in [f.code for f in findings(path)]


@pytest.mark.parametrize("row", NOTHING)
def test_nothing_is_said_where_nothing_is_wrong(row):
    assert not findings(config_of(row))


def test_every_row_is_in_one_list_and_forty_are_named_in_their_own_trouble():
    lines = (DATA / "layer4/index.tsv").read_text().splitlines()[1:]
    rows = [line.split("\t")[0] for line in lines]
    assert sorted([*TOLD, *BEFORE, *ANOTHER, *NOTHING]) == sorted(rows)
    assert len(TOLD) + len(BEFORE) >= 40


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

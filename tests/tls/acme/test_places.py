import pytest

from caddylite.tls.acme import places


@pytest.mark.parametrize(
    ("ca", "key"),
    [
        (
            "https://acme-v02.api.letsencrypt.org/directory",
            "acme-v02.api.letsencrypt.org-directory",
        ),
        ("https://acme.zerossl.com/v2/DV90", "acme.zerossl.com-v2-DV90"),
        ("https://localhost:14000/dir", "localhost:14000-dir"),
        ("https://ca.internal", "ca.internal"),
        ("https://ca.internal/", "ca.internal"),
        ("https://ca.internal/acme/local/directory", "ca.internal-acme-local-directory"),
    ],
)
def test_cas(ca, key):
    assert places.issuer_key(ca) == key


def test_where_things_lie():
    ca = "https://localhost:14000/dir"
    assert places.site(places.issuer_key(ca), "*.A.test") == (
        "certificates/localhost-14000-dir/wildcard_.a.test/wildcard_.a.test"
    )
    users = "acme/localhost-14000-dir/users"
    assert places.account(ca, "You+x@Example.com") == (
        f"{users}/you_plus_x@example.com/you_plus_x.json",
        f"{users}/you_plus_x@example.com/you_plus_x.key",
    )
    assert places.account(ca, "") == (
        f"{users}/default/default.json",
        f"{users}/default/default.key",
    )
    assert places.account(ca, "@odd")[0] == f"{users}/@odd/odd.json"
    assert places.token(ca, "a.test") == "acme/localhost-14000-dir/challenge_tokens/a.test.json"

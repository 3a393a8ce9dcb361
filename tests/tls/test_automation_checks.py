"""What is refused in automation policies, in Caddy's words."""

import json

import pytest

from caddylite.adapt.compile import from_json
from caddylite.errors import ConfigError
from caddylite.placeholders import GLOBALS
from caddylite.tls.automation_checks import check_automation, check_subjects

_POLICY = "provisioning automation policy 0: "
_ISSUERS = f"{_POLICY}loading TLS automation management module: position 0: loading module "


def check(ir) -> None:
    check_automation(ir, lambda name: name in ("", "ours"), GLOBALS)
    check_subjects(ir, GLOBALS)


def tls(**fields):
    return from_json(json.dumps({"apps": {"tls": fields}})).apps["tls"]


def issuer(name, **fields):
    return {"policies": [{"issuers": [{"module": name, **fields}]}]}


ON_DEMAND = (
    f"{_POLICY}on-demand TLS cannot be enabled without a permission module to prevent abuse; "
    "please refer to documentation for details"
)


@pytest.mark.parametrize(
    ("automation", "said"),
    [
        ({"policies": [{"on_demand": True}]}, ON_DEMAND),
        ({"policies": [{"on_demand": True, "subjects": ["*.b"]}]}, ON_DEMAND),
        ({"policies": [{"on_demand": True}], "on_demand": {"ask": "http://x/"}}, ON_DEMAND),
        ({"policies": [{"key_type": "x"}]}, f"{_POLICY}unrecognized key type: x"),
        ({"policies": [{"key_type": "{env.NO}"}]},
         f"{_POLICY}invalid key type {{env.NO}}: evaluated placeholder {{env.NO}} is empty"),
        ({"policies": [{"subjects": ["a.b"]}, {"subjects": ["a.b"]}]},
         "automation policy 1: cannot apply more than one automation policy to host: a.b "
         "(first match in policy 0)"),
        ({"policies": [{}, {"subjects": ["a.b"]}, {}]},
         "automation policy 2 is the second policy that acts as default/catch-all, but will "
         "never be used"),
        (issuer("internal", ca="x"), f"{_ISSUERS}'internal': provision tls.issuance.internal: "
         "no certificate authority configured with id: x"),
        (issuer("acme", email="{env.NO}"), f"{_ISSUERS}'acme': provision tls.issuance.acme: "
         "expanding email address '{env.NO}': evaluated placeholder {env.NO} is empty"),
        (issuer("acme", challenges={"dns": {}}), f"{_ISSUERS}'acme': provision "
         "tls.issuance.acme: DNS challenge enabled, but no DNS provider configured"),
        ({"policies": [{"get_certificate": [{"via": "http"}]}]},
         f"{_POLICY}loading external certificate manager modules: position 0: loading module "
         "'http': provision tls.get_certificate.http: URL is required"),
        ({"on_demand": {"ask": "{env.NO}"}},
         "preparing 'ask' endpoint: evaluated placeholder {env.NO} is empty"),
        ({"on_demand": {"ask": "x", "permission": {"module": "http", "endpoint": "x"}}},
         "on-demand TLS config conflict: both 'ask' endpoint and a 'permission' module are "
         "specified; 'ask' is deprecated, so use only the permission module"),
    ],
)  # fmt: skip
def test_refused(automation, said):
    ir = tls(automation=automation)
    with pytest.raises(ConfigError) as e:
        check(ir)
    assert str(e.value) == said


def test_a_cache_smaller_than_nothing():
    with pytest.raises(ConfigError, match="cache capacity must be >= 0"):
        check(tls(cache={"capacity": -1}))


@pytest.mark.parametrize(
    "automation",
    [
        {"policies": [{"on_demand": True, "issuers": [{"module": "internal"}]}]},
        {"policies": [{"on_demand": True, "subjects": ["a.b"]}]},
        {"policies": [{"on_demand": True, "get_certificate": [{"via": "http", "url": "x"}]}]},
        {"policies": [{"on_demand": True}],
         "on_demand": {"permission": {"module": "http", "endpoint": "{env.NO}"}}},
        {"policies": [{"key_type": "p256"}, {"subjects": ["a"]}, {"subjects": ["b"]}]},
        issuer("internal", ca="ours"),
        issuer("zerossl", api_key="{env.NO}"),
    ],
)  # fmt: skip
def test_let_through(automation):
    check(tls(automation=automation))

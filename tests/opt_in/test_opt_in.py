"""Each adapt-only bundle, in a process of its own (asking for one is for good).

The JSON was compared with a Caddy that has these plugins.
"""

import json
import subprocess
import sys

import pytest

LIMITED = """:80 {
	respond hi
	rate_limit {
		zone z {
			key static
			window 1m
			events 10
			match {
				path /x
			}
		}
		jitter 0.2
	}
}
"""
TRUSTING = """{
	servers {
		trusted_proxies cloudflare {
			interval 12h
		}
	}
}
:80 {
	respond hi
}
"""
SITE = "a.example.com {{\n\ttls {{\n\t\tdns {}\n\t}}\n}}\n"


def adapt(text: str, *bundles: str) -> subprocess.CompletedProcess[str]:
    flags = [word for name in bundles for word in ("--with", name)]
    return subprocess.run(
        [sys.executable, "-m", "caddylite.cli.main", "adapt", "--config", "-", *flags],
        input=text, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def provider(text: str, bundle: str) -> dict:
    done = adapt(SITE.format(text), bundle)
    assert done.returncode == 0, done.stderr
    (policy,) = json.loads(done.stdout)["apps"]["tls"]["automation"]["policies"]
    return policy["issuers"][0]["challenges"]["dns"]["provider"]


@pytest.mark.parametrize(
    ("bundle", "text", "wanted"),
    [
        ("cloudflare", "cloudflare tok", {"api_token": "tok", "name": "cloudflare"}),
        (
            "cloudflare",
            "cloudflare {\n zone_token z\n api_token a\n}",
            {"api_token": "a", "name": "cloudflare", "zone_token": "z"},
        ),
        ("digitalocean", "digitalocean tok", {"auth_token": "tok", "name": "digitalocean"}),
        (
            "duckdns",
            "duckdns tok {\n override_domain x.duckdns.org\n}",
            {"api_token": "tok", "name": "duckdns", "override_domain": "x.duckdns.org"},
        ),
        (
            "route53",
            "route53 {\n region eu-west-1\n max_wait_dur 30\n wait_for_propagation true\n}",
            {
                "name": "route53",
                "region": "eu-west-1",
                "route53_max_wait": 30_000_000_000,
                "skip_route53_sync_on_delete": True,
                "wait_for_route53_sync": True,
            },
        ),
    ],
)
def test_dns_providers(bundle, text, wanted):
    assert provider(text, bundle) == wanted


@pytest.mark.parametrize(
    ("bundle", "text", "complaint"),
    [
        ("cloudflare", "cloudflare", "missing API token"),
        ("cloudflare", "cloudflare a b", "unexpected argument 'b'"),
        ("duckdns", "duckdns a {\n api_token b\n}", "API token already set"),
        ("digitalocean", "digitalocean a {\n x\n}", "unrecognized subdirective 'x'"),
    ],
)
def test_complaints(bundle, text, complaint):
    done = adapt(SITE.format(text), bundle)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_without_it_the_error_is_caddys_and_the_hint_says_what_to_do():
    done = adapt(SITE.format("cloudflare tok"))
    record = json.loads(done.stderr)
    assert "module not registered: dns.providers.cloudflare" in record["msg"]
    assert record["hint"] == "a plugin provides it; --with cloudflare lets adapt read it"
    done = adapt(":80 {\n\trate_limit {\n\t}\n}\n")
    assert "--with rate_limit" in json.loads(done.stderr)["hint"]


def test_rate_limit_has_its_place_in_the_order():
    done = adapt(LIMITED, "rate_limit")
    (route,) = json.loads(done.stdout)["apps"]["http"]["servers"]["srv0"]["routes"]
    assert route["handle"][0] == {
        "handler": "rate_limit",
        "jitter": 0.2,
        "rate_limits": {
            "z": {
                "key": "static",
                "match": [{"path": ["/x"]}],
                "max_events": 10,
                "window": 60_000_000_000,
            }
        },
    }


def test_the_ip_source():
    done = adapt(TRUSTING, "cloudflare")
    (server,) = json.loads(done.stdout)["apps"]["http"]["servers"].values()
    assert server["trusted_proxies"] == {"interval": 43_200_000_000_000, "source": "cloudflare"}


def test_an_unknown_bundle_is_named():
    done = adapt(":80 {\n}\n", "cloudflair")
    record = json.loads(done.stderr)
    assert record["msg"] == "no adapt-only module is called cloudflair"
    assert record["hint"] == "did you mean 'cloudflare'?"

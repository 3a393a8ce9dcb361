"""Hints beside Caddy's words: what to do about a name that is not there."""

import pytest

from caddylite.adapt.compile import from_caddyfile, from_json
from caddylite.errors import ConfigError

LAYER4 = """{
	layer4 {
		:443 {
			@a %s
			route @a {
				%s
			}
		}
	}
}
"""


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (LAYER4 % ("ip 10.0.0.0/8", "echo"), "write 'remote_ip'"),
        (LAYER4 % ("ssh", "postgres_starttls"), "write 'postgres_tls'"),
        (LAYER4 % ("ssh", "reverse_proxy x:1"), "write 'proxy': 'reverse_proxy' is"),
        (LAYER4 % ("crowdsec", "echo"), "the plugin caddy-crowdsec-bouncer"),
        (LAYER4 % ("wiregard", "echo"), "did you mean 'wireguard'?"),
        (LAYER4 % ("proxy", "echo"), "'proxy' is a layer-4 handler"),
    ],
)  # fmt: skip
def test_a_caddyfile(text, hint):
    with pytest.raises(ConfigError) as caught:
        from_caddyfile(text)
    assert hint in caught.value.hint


def test_json():
    routes = '[{"handle":[{"handler":"reverse_proxy"}]}]'
    text = '{"apps":{"layer4":{"servers":{"a":{"routes":' + routes + "}}}}}"
    with pytest.raises(ConfigError) as caught:
        from_json(text)
    assert "write 'proxy'" in caught.value.hint
    assert "apps.layer4.servers.a.routes.0" in caught.value.hint

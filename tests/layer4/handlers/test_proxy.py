import pytest

from tests.layer4.handlers.reading import complaint, handler


def test_upstreams():
    assert handler("proxy a:1 udp/b:2 {\nupstream c:3 d:4\n}") == {
        "handler": "proxy",
        "upstreams": [{"dial": ["a:1"]}, {"dial": ["udp/b:2"]}, {"dial": ["c:3", "d:4"]}],
    }


def test_our_extension_is_written_only_where_it_is_used():
    assert handler("proxy a:1 {\nallow_private\n}")["allow_private"] is True
    assert "allow_private" not in handler("proxy a:1 {\nproxy_protocol v1\n}")


def test_health_checks_and_balancing():
    options = (
        "health_interval 5s\nhealth_port 80\nhealth_timeout 1s\nhealth_fall 3\nhealth_rise 2\n"
        "close_if_unhealthy\nfail_duration 10s\nmax_fails 2\nunhealthy_connection_count 7\n"
        "lb_policy random_choose 3\nlb_try_duration 2s\nlb_try_interval 100ms\nproxy_protocol v2\n"
    )
    assert handler(f"proxy a:1 {{\n{options}}}") == {
        "handler": "proxy",
        "health_checks": {
            "active": {
                "close_if_unhealthy": True,
                "fall": 3,
                "interval": 5_000_000_000,
                "port": 80,
                "rise": 2,
                "timeout": 1_000_000_000,
            },
            "passive": {
                "fail_duration": 10_000_000_000,
                "max_fails": 2,
                "unhealthy_connection_count": 7,
            },
        },
        "load_balancing": {
            "selection": {"choose": 3, "policy": "random_choose"},
            "try_duration": 2_000_000_000,
            "try_interval": 100_000_000,
        },
        "proxy_protocol": "v2",
        "upstreams": [{"dial": ["a:1"]}],
    }


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("max_fails 1\nmax_fails 2", "duplicate proxy option 'max_fails'"),
        ("lb_policy first\nlb_policy first", "duplicate proxy load_balancing option 'lb_policy'"),
        ("lb_policy bogus", "getting module named 'layer4.proxy.selection_policies.bogus'"),
        ("lb_policy", "wrong argument count or unexpected line ending after 'lb_policy'"),
        ("health_port x", "parsing proxy option 'health_port': strconv.ParseInt"),
        ("health_port 9999999999", "value out of range"),
        ("health_interval x", "parsing proxy option 'health_interval' duration"),
        ("close_if_unhealthy yes", "wrong argument count"),
        ("allow_private yes", "wrong argument count"),
        ("allow_private\nallow_private", "duplicate proxy option 'allow_private'"),
        ("bogus", "wrong argument count or unexpected line ending after 'bogus'"),
        ("max_fails 1 {\nx\n}", "malformed proxy option 'max_fails': blocks are not supported"),
    ],
)
def test_complaints(options, wanted):
    assert wanted in complaint(f"proxy a:1 {{\n{options}\n}}")


def test_a_forgotten_version_is_the_word_itself_as_in_caddy_l4():
    assert handler("proxy a:1 {\nproxy_protocol\n}")["proxy_protocol"] == "proxy_protocol"

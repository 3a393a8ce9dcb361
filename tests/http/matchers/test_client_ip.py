"""The client_ip matcher."""

from tests.http.matchers.asking import asked, request


def test_the_client_counts_and_not_the_peer():
    r = request(remote=("10.0.0.1", 1), client_ip="203.0.113.9")
    assert asked("client_ip 203.0.113.0/24")(r)
    assert not asked("client_ip 10.0.0.0/8")(r)

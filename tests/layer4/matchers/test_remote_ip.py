from caddylite.layer4.matching import Connection
from tests.layer4.clients import matcher, says


def test_the_remote_end_counts():
    match = matcher("remote_ip 192.0.2.0/24")
    inside, outside = ("192.0.2.1", 5), ("198.51.100.1", 5)
    assert says(match, b"", Connection(remote=inside, local=outside)) is True
    assert says(match, b"", Connection(remote=outside, local=inside)) is False

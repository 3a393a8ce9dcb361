from caddylite.layer4.matching import Connection
from tests.layer4.clients import matcher, says


def test_the_local_end_counts():
    match = matcher("local_ip 192.0.2.0/24")
    inside, outside = ("192.0.2.1", 5), ("198.51.100.1", 5)
    assert says(match, b"", Connection(local=inside, remote=outside)) is True
    assert says(match, b"", Connection(local=outside, remote=inside)) is False

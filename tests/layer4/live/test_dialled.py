"""What the log says of upstreams."""

import socket

import pytest

from caddylite.layer4.live.dialled import address_of, complaint
from caddylite.layer4.live.peers import Peer, Spot


@pytest.mark.parametrize(
    ("dial", "wanted"),
    [
        ("127.0.0.1:80", "dial tcp 127.0.0.1:80: connect: connection refused"),
        ("udp/[::1]:53", "dial udp [::1]:53: connect: connection refused"),
        ("unix//run/x", "dial unix /run/x: connect: connection refused"),
        ("unixgram/@x", "dial unixgram @x: connect: connection refused"),
    ],
)
def test_words(dial, wanted):
    assert complaint(Peer(dial), "connection refused") == wanted


def test_a_name_is_told_by_the_address_that_was_dialled():
    spot = Spot(Peer("example.com:80"), socket.AF_INET, ("192.0.2.1", 80))
    assert address_of(spot) == "192.0.2.1:80"
    assert complaint(spot, "i/o timeout") == "dial tcp 192.0.2.1:80: i/o timeout"


def test_placeholders_are_filled_in(world):
    variables = {"handler": "vars", "at": "nowhere"}
    where = world.serve(
        {
            "handle": [
                variables,
                {"handler": "proxy", "upstreams": [{"dial": ["unix//{l4.vars.at}"]}]},
            ]
        }
    )
    assert world.closed(world.client(where))
    (record,) = world.said("handling connection")
    assert record["error"] == "dial unix /nowhere: connect: no such file or directory"
    assert world.said("dial upstream")[0]["upstream"] == "/nowhere"


def test_upstreams_that_are_reached_are_told_of_at_level_debug(world):
    up = world.backend()
    client = world.client(world.serve({"handle": [up.proxy()]}))
    world.send(client, b"x")
    assert world.receive(up.take(), 1) == b"x"
    (record,) = world.said("dial upstream")
    assert record["upstream"] == up.dial
    assert "error" not in record

"""``max_conns_per_host``."""

import threading

from caddylite.http.live.proxy.limit import Limit
from tests.http.live.http2_peer import outcome
from tests.http.live.loopback import backend, exchange
from tests.http.live.support import get, parse
from tests.http.live.test_reverse_proxy import CLOSE, ok, serving, to


def test_there_are_so_many_and_the_others_wait_in_turn():
    limit, order = Limit(2), []

    async def want(number):
        while not limit.take("a"):
            await limit.change("a")
        order.append(number)

    for number in range(5):
        outcome(want(number))
    assert order == [0, 1]
    limit.give("a")
    limit.give("a")
    assert order == [0, 1, 2, 3]
    assert limit.take("b")


def test_who_gives_up_is_passed_over():
    limit = Limit(1)
    assert limit.take("a")
    turns = [outcome(limit.change("a")) for _ in range(2)]
    limit._waiting["a"][0].cancel()
    assert turns[0][0][0] == "failed"
    limit.give("a")
    assert turns[1] == [("done", None)]
    assert not limit._waiting
    assert not limit._open


def test_all_can_look():
    limit = Limit(1)
    turns = [outcome(limit.change("a")) for _ in range(3)]
    limit.wake_all("a")
    assert turns == [[("done", None)]] * 3


def test_requests_wait_for_a_connection():
    together, most, lock = [0], [0], threading.Lock()

    def busy(peer):
        with lock:
            together[0] += 1
            most[0] = max(most[0], together[0])
        try:
            while peer.head():
                threading.Event().wait(0.03)
                peer.send(ok())
        finally:
            with lock:
                together[0] -= 1

    transport = {"protocol": "http", "max_conns_per_host": 2}
    with backend(busy) as up, serving(to(up.port, transport=transport)) as site:
        got = []

        def ask():
            got.append(parse(exchange(site.port(), get("/", CLOSE)))[0])

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert got == [200] * 8
        assert most[0] == 2
        assert up.connections == 2


def test_a_connection_that_is_not_kept_makes_room():
    def once(peer):
        peer.head()
        peer.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

    transport = {"protocol": "http", "max_conns_per_host": 1}
    with backend(once) as up, serving(to(up.port, transport=transport)) as site:
        out = exchange(site.port(), get() * 3 + get("/", CLOSE))
        assert out.count(b"HTTP/1.1 200 OK") == 4
        assert up.connections == 4

from caddylite.tls.acme.schedule import Throttle, pause

MINUTE, HOUR = 60, 3600


def test_pauses_are_certmagics():
    minutes = [pause(n) / MINUTE for n in range(1, 26)]
    assert minutes == [
        1, 2, 2, 5, 10, 10, 10, 20, 20, 20, 20, 30, 30, 30, 30, 30, 30,
        60, 60, 60, 120, 120, 180, 180, 360,
    ]  # fmt: skip
    assert pause(1000) == 6 * HOUR


def test_a_throttle():
    throttle = Throttle(3, 10)
    assert [throttle.wait(100.0) for _ in range(7)] == [0, 0, 0, 10, 10, 10, 20]
    assert throttle.wait(119.0) == 1
    assert throttle.wait(200.0) == 0

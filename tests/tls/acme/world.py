"""A conversation without a network: time passes when somebody sleeps."""

from caddylite.tls.acme.account import Account, register
from caddylite.tls.acme.client import Client, World
from caddylite.tls.signing import new_key
from tests.tls.acme.ca import CA, ROOT
from tests.tls.house import Log


class Talk:
    """A client and a CA; ``slept`` is how long was waited, ``records`` the log."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.slept: list[float] = []
        self.records: list[tuple] = []
        self.ca = CA(lambda: self.now)
        self.client = Client(
            f"{ROOT}/dir", World(self.ca, self.sleep, lambda: self.now, Log(self.records, "acme"))
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def account(self) -> Account:
        return run(register(self.client, Account(new_key(), ("mailto:a@example.test",))))

    def said(self, part: str) -> list[object]:
        return [payload for path, payload in self.ca.said if part in path]


def run(coroutine):
    """Run a coroutine that never really waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")

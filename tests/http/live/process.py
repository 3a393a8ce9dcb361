"""Runs servers of the HTTP app in a process of their own, on the plain Twisted reactor.

``python -m tests.http.live.process`` reads ``{"servers": {…}}`` (without addresses) as one line of
JSON from its standard input, prints the port of each as one line, and stops when the input ends.
"""

import json
import sys


def main():
    from twisted.internet import reactor, stdio
    from twisted.internet.protocol import Protocol

    from caddylite.codec import from_plain
    from caddylite.http.config import HTTP
    from caddylite.http.live.app import HttpApp
    from tests.http.live.support import House

    config = json.loads(sys.stdin.readline())
    house = House(reactor)
    app = HttpApp(from_plain(HTTP, config), house)
    ports = {
        name: reactor.listenTCP(0, factory, interface="127.0.0.1").getHost().port
        for name, factory in app.factories.items()
    }

    class Parent(Protocol):
        def dataReceived(self, data):
            records = [[r[0], r[1], r[2], r[3]] for r in house.log.records]
            self.transport.write(json.dumps(records, default=str).encode() + b"\n")

        def connectionLost(self, reason):
            if reactor.running:
                reactor.stop()

    print(json.dumps(ports), flush=True)
    stdio.StandardIO(Parent())
    reactor.run()


if __name__ == "__main__":
    main()

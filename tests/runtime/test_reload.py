"""One config after the other on one reactor."""

import gc
import socket
import weakref
from functools import partial

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.errors import ConfigError
from caddylite.runtime.house import RunningHouse
from caddylite.runtime.reload import Program
from tests.runtime.world import open_descriptors

REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
HEAD = "\tadmin off\n\tauto_https off\n\tlog {\n\t\toutput discard\n\t}\n"


@pytest.fixture
def program(fast_world):
    world = fast_world
    house = partial(RunningHouse, environ={"HOME": str(world.tmp_path)})
    made = Program(world.reactor, world.house.logs, house)
    made.world = world
    yield made
    gone = []
    made.stop(lambda: gone.append(1))
    made.abort()
    world.turn(lambda: bool(gone))
    made.close_logs()
    assert not made.leaving


def load(program, text):
    program.load(from_caddyfile(text, "Caddyfile")[0])


def layer4(address, handler="echo"):
    server = f"{address} {{\n\t\t\troute {{\n\t\t\t\t{handler}\n\t\t\t}}\n\t\t}}"
    return f"{{\n{HEAD}\tlayer4 {{\n\t\t{server}\n\t}}\n}}\n"


def web(address, text, more=""):
    return f"{{\n{HEAD}{more}}}\nhttp://{address} {{\n\tbind 127.0.0.1\n\trespond {text}\n}}\n"


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def echoed(program, client, data=b"x"):
    program.world.send(client, data)
    return program.world.receive(client, len(data)) == data


def test_an_open_connection_stays_and_new_ones_get_the_new_config(program):
    where = ("127.0.0.1", free_port())
    load(program, layer4(f"127.0.0.1:{where[1]}"))
    old = program.world.client(where)
    assert echoed(program, old)
    load(program, layer4(f"127.0.0.1:{where[1]}", "close"))
    assert len(program.leaving) == 1
    assert program.world.closed(program.world.client(where))
    assert echoed(program, old, b"still")
    old.close()
    program.world.turn(lambda: not program.leaving)


def test_what_is_known_of_an_upstream_outlives_a_reload(program):
    dead = free_port()
    texts = [layer4(f"127.0.0.1:{free_port()}", f"proxy 127.0.0.1:{dead}") for _ in range(2)]
    load(program, texts[0])
    peers = program.service.house.peers
    peers.at(f"127.0.0.1:{dead}").healthy = False
    load(program, texts[1])
    gc.collect()
    assert not program.service.house.peers.at(f"127.0.0.1:{dead}").healthy


@pytest.mark.parametrize("there", [True, False])
def test_from_everywhere_to_one_address_and_back(program, there):
    port = free_port()
    texts = [layer4(f":{port}"), layer4(f"127.0.0.1:{port}")]
    for text in texts if there else texts[::-1]:
        load(program, text)
        assert echoed(program, program.world.client(("127.0.0.1", port)))


def test_who_waits_in_the_queue_of_a_closed_address_is_served(program):
    first, second = free_port(), free_port()
    load(program, layer4(f"127.0.0.1:{first}"))
    early = socket.create_connection(("127.0.0.1", first))  # the reactor does not turn
    early.setblocking(False)
    program.world.open.append(early.close)
    load(program, layer4(f"127.0.0.1:{second}"))
    assert echoed(program, early)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", first))


def test_a_config_that_cannot_be_used_changes_nothing(program):
    port = free_port()
    load(program, layer4(f"127.0.0.1:{port}"))
    program.world.rest(0.01)
    before = open_descriptors(), len(program.world.reactor.getDelayedCalls()), program.service
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = f"127.0.0.1:{taken.getsockname()[1]}"
        for text in (
            layer4(f"127.0.0.1:{port} {busy}"),
            layer4("x/y/z:1"),
            web(f"127.0.0.1:{free_port()}", "x").replace("discard", "file /proc/no/x.log"),
        ):
            try:
                load(program, text)
            except ConfigError:
                assert program.service is before[2]
            else:
                pytest.fail(f"taken: {text}")
    assert open_descriptors() == before[0]
    assert len(program.world.reactor.getDelayedCalls()) == before[1]
    assert echoed(program, program.world.client(("127.0.0.1", port)))


def test_old_configs_leave_nothing_behind(program):
    port = free_port()
    load(program, web(f"127.0.0.1:{port}", "0"))
    program.world.rest(0.01)
    before = open_descriptors(), len(program.world.reactor.getDelayedCalls())
    old = weakref.ref(program.service)
    for i in range(1, 6):
        load(program, web(f"127.0.0.1:{port}", i))
        client = program.world.client(("127.0.0.1", port))
        program.world.send(client, REQUEST)
        assert program.world.receive(client).endswith(b"\r\n\r\n%d" % i)
        client.close()
    program.world.turn(lambda: not program.leaving)
    assert (open_descriptors(), len(program.world.reactor.getDelayedCalls())) == before
    gc.collect()
    assert old() is None


def test_the_grace_period_ends_old_connections(program):
    port = free_port()
    load(program, web(f"127.0.0.1:{port}", "x", "\tgrace_period 100ms\n"))
    client = program.world.client(("127.0.0.1", port))
    program.world.send(client, b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le")
    program.world.turn(lambda: program.service.active == 1)
    load(program, web(f"127.0.0.1:{port}", "y"))
    program.world.turn(lambda: not program.leaving)
    client.close()


def test_datagrams_go_on(program):
    port = free_port(socket.SOCK_DGRAM)
    where = ("127.0.0.1", port)
    load(program, layer4(f"udp/127.0.0.1:{port}"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.connect(where)
        assert echoed(program, client)
        load(program, layer4(f"udp/127.0.0.1:{port}"))
        assert echoed(program, client, b"again")


def test_the_file_of_a_unix_socket(program, tmp_path):
    path = tmp_path / "s"
    load(program, layer4(f"unix/{path}"))
    load(program, layer4(f"unix/{path}"))
    assert echoed(program, program.world.client(str(path)))
    load(program, layer4(f"127.0.0.1:{free_port()}"))
    assert not path.exists()


def test_certificates_stay(program, tmp_path):
    port = free_port()

    def text(answer):
        return (
            f"{{\n{HEAD.replace('auto_https off', 'auto_https disable_redirects')}"
            f"\tskip_install_trust\n}}\nhttps://localhost:{port} {{\n\tbind 127.0.0.1\n"
            f"\ttls internal\n\trespond {answer}\n}}\n"
        )

    def stored():
        return {p: p.read_bytes() for p in tmp_path.rglob("*.crt")}

    load(program, text("a"))
    before = stored()
    assert len(before) >= 2
    load(program, text("b"))
    assert stored() == before

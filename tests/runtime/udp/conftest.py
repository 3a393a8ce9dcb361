import pytest

from tests.runtime.udp.datagrams import Datagrams
from tests.runtime.world import World


@pytest.fixture(params=["fast", "watch", "plain"])
def net(request, tmp_path):
    """Datagrams on each of the carriages."""
    world = World(request.param, tmp_path)
    made = Datagrams(world)
    yield made
    made.close()
    world.close()

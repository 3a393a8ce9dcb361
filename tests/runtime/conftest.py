import pytest

from tests.runtime.world import CARRIAGES, World


@pytest.fixture(params=CARRIAGES)
def world(request, tmp_path):
    """A world on each of the carriages."""
    made = World(request.param, tmp_path)
    yield made
    made.close()


@pytest.fixture
def fast_world(tmp_path):
    """A world on our own reactor."""
    made = World("fast", tmp_path)
    yield made
    made.close()

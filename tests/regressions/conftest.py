from tests.runtime.conftest import fast_world, world
from tests.runtime.test_tls_carriages import world_with_tls
from tests.runtime.udp.conftest import net

__all__ = ["fast_world", "net", "world", "world_with_tls"]

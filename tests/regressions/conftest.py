from tests.runtime.conftest import fast_world, world

__all__ = ["fast_world", "world"]

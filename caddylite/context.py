"""What the running house offers a module: a typing.Protocol, so nothing imports the runtime."""

"""How responses are encoded while they are written; one file an encoding."""

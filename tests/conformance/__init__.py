"""The cases beside the project: what the real Caddy made of them is what we must make."""

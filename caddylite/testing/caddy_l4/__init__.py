"""What caddy-l4 at 42db569 would do with the same routes, its mistakes included.

It is not how caddylite decides. It is here so that a config for a real Caddy can be tested: its
answers are compared with recordings of the real program.
"""

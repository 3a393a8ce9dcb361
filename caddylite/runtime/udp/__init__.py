"""Datagrams: listening sockets, associations by client address, and what carries them on."""

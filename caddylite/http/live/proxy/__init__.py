"""The running parts of the reverse proxy."""

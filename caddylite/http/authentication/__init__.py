"""Authentication of HTTP requests."""

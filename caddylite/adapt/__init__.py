"""Segments to IR: what the HTTP Caddyfile means."""

"""One file a directive of the HTTP Caddyfile; its name is the directive's name."""

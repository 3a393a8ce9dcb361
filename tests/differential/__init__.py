"""Generated Caddyfiles, adapted by us and by the real Caddy where its program is found."""

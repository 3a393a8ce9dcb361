"""The rules by which sites are joined into servers and apps: one file a rule, made with Caddy."""

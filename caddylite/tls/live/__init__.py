"""TLS at work: contexts, policies, terminated connections, the app that has the certificates."""

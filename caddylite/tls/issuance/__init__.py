"""Who signs certificates; one file an issuer."""

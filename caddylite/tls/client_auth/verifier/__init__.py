"""Who looks at the certificate of a client; one file a verifier."""

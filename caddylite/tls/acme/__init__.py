"""ACME (RFC 8555) without a network: what is said, signed, remembered and decided."""

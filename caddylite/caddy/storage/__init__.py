"""Where certificates and keys are kept; one file a kind of storage."""

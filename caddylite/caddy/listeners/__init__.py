"""One file a listener wrapper."""

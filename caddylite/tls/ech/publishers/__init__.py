"""Where ECH configurations are published; one file a place."""

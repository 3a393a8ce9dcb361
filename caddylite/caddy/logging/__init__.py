"""Where log records go, and how they are written down."""

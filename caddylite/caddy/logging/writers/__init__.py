"""Where log records are written; one file a writer."""

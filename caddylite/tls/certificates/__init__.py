"""Where certificates are loaded from; one file a loader."""

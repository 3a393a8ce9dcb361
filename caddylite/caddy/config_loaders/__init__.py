"""Where the next config is loaded from; one file a loader."""

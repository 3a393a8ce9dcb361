"""Where ranges of addresses come from; one file a source."""

"""Where accepted leaf certificates come from; one file a loader."""

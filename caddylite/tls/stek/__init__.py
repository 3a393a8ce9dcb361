"""Where session ticket keys come from; one file a source."""

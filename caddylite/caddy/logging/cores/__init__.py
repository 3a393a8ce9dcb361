"""What takes log records instead of a writer; one file a core."""

"""The encodings in which files may lie ready; one file an encoding."""

"""Where trusted authorities come from; one file a source."""

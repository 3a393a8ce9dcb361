"""Where upstreams are found while requests come in; one file a source."""

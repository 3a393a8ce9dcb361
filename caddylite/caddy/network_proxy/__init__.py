"""Which proxy outgoing requests go through; one file a source."""

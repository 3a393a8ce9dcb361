"""One file a request matcher; its name is the matcher's name."""

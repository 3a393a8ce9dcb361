"""How requests are carried to upstreams; one file a transport."""

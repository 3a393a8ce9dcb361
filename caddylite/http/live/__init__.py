"""The live HTTP server: what touches Twisted; one file a handler, named like its IR."""

"""The live house: reactor, listeners, relay."""

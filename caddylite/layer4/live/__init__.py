"""The live handlers of layer 4: what touches Twisted; one file a handler, named like its IR."""

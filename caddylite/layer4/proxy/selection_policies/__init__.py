"""How an upstream is chosen, one file each."""

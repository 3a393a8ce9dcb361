"""Listener wrappers at work: ``make(ir, tree, nxt)`` returns the stage that stands before nxt."""

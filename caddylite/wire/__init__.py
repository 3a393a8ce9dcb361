"""Bytes to facts: pure parsers that matchers, handlers and tests share."""

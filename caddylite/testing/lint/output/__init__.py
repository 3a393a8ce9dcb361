"""Findings for people, for programs, for GitHub."""

"""Peers: what others make of the same file, each in an environment of its own (``requirements-*.txt`` beside it)."""

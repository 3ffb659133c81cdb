"""Tests of engine/extracts."""

"""Matching: which records are one contact. splink decides; corrections, thresholds and clustering are what we add."""

"""Matching: which records are one contact. splink decides; corrections, thresholds and clustering are what we add."""

from engine.matching.link import link

__all__ = ["link"]

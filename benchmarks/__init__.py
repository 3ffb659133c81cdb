"""Measurements: accuracy against known truth, speed, memory. Not part of the product, not in the wheel."""

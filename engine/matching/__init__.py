"""Matching: which records are one contact. splink decides; corrections, thresholds and clustering are what we add."""

from engine.matching.alone import values_alone
from engine.matching.link import link
from engine.matching.models import export_models, load_models
from engine.matching.seen import FILE as SEEN_FILE
from engine.matching.seen import without as without_seen
from engine.matching.spark import SparkOptions
from engine.matching.training import Model

__all__ = [
    "SEEN_FILE",
    "Model",
    "SparkOptions",
    "export_models",
    "link",
    "load_models",
    "values_alone",
    "without_seen",
]

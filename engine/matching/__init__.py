"""Matching: which records are one contact. splink decides; corrections, thresholds and clustering are what we add."""

from engine.matching.link import link
from engine.matching.models import export_models, load_models
from engine.matching.spark import SparkOptions
from engine.matching.training import Model

__all__ = ["Model", "SparkOptions", "export_models", "link", "load_models"]

"""The protocol put to the proof: replayed on the raw extract, and held against another one.

A replay takes nothing from the run but its protocol.json: joins, steps and columns of every source are built from the
parameters written there, run on the raw files in a workspace of their own, and every count and fingerprint compared.
"""

from engine.protocolling.differences import Difference, compare
from engine.protocolling.mappings import mappings_of
from engine.protocolling.replay import Verification, load_protocol, verify

__all__ = ["Difference", "Verification", "compare", "load_protocol", "mappings_of", "verify"]

"""Golden: records of one contact become one golden record, with its lineage, its identity and its number.

The road: :func:`survive`. Which value wins is rules/survivorship/contact.yml; what its words mean is preferences.py.
"""

from engine.golden.household import name_households
from engine.golden.identity import append_identity, borne, moved_keys, recognise, succeed, unclaimed
from engine.golden.learned import letters_alone, without
from engine.golden.numbers import Numbers
from engine.golden.preferences import load_rules
from engine.golden.survive import survive

__all__ = [
    "Numbers",
    "append_identity",
    "borne",
    "letters_alone",
    "load_rules",
    "moved_keys",
    "name_households",
    "recognise",
    "succeed",
    "survive",
    "unclaimed",
    "without",
]

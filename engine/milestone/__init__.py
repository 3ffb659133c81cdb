"""Milestone J: the plan, what of it is done according to the journal, its gates, who signed, and what the ticket gets.

::

    plan         steps with their dates
    conditions   what Assay sees for itself
    gates        conditions and signatures, each bound to the files it was given for
    status       all of it on one day
    sign         a person puts a name under a gate
    handover     the note for the ticket
    calendar     the dates as .ics
    appoint      J into assay.toml
"""

from engine.milestone.appoint import appoint
from engine.milestone.calendar import calendar_text
from engine.milestone.handover import hand_over
from engine.milestone.sign import sign
from engine.milestone.status import status

__all__ = ["appoint", "calendar_text", "hand_over", "sign", "status"]

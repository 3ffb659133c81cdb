"""A delivery, read aloud: plan against an environment, write the files, remember what was made.

A dry run does everything but leave something behind: the same plan, the same files in a private folder, their hash.
Two runs over the same tables, environment and lists give the same bytes, so the hash of the dry run is the real one's.
"""

from engine.delivering.deliver import deliver_to
from engine.delivering.options import WORDS, DeliverOptions, operation_called
from engine.delivering.write import PARTS

__all__ = ["PARTS", "WORDS", "DeliverOptions", "deliver_to", "operation_called"]

"""Places: what an erasure does with everything that stands in a project folder.

Nothing has to be listed to be found: whatever is not named here is searched, byte by byte, and named in the certificate
when it holds a trace. Only a place that is cared for in another way may be left out of the search, with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.deliveries import FOLDER as DELIVERED
from engine.erasing.statistics import FILE as STATISTICS
from engine.freezing import FROZEN_FILE
from engine.project import PROJECT_FILE, SECRET_FILE

Care = Literal["derived", "rewritten", "named", "apart"]
"""``derived``: destroyed and made again. ``rewritten``: written anew without the person, and searched. ``named``:
searched and named, never destroyed for one person's sake. ``apart``: not searched, for the reason beside it."""

PLACES: Mapping[str, Care] = {
    ".assay": "derived",
    "out": "derived",
    "decisions.jsonl": "rewritten",
    "numbers.jsonl": "rewritten",
    FROZEN_FILE: "rewritten",
    "frozen": "rewritten",
    STATISTICS: "rewritten",
    PROJECT_FILE: "named",
    "incoming": "named",
    "rules": "named",
    "expectations": "named",
    "models": "named",
    "protocols": "named",
    "receipt": "named",
    "quality.jsonl": "named",
    "requests.jsonl": "named",
    "journal.jsonl": "named",
    DELIVERED: "apart",  # emptied of the person in its own database (forget_delivered)
    "environments": "apart",  # looked into by contact number; changed by operations only
    "suppressed.jsonl": "apart",  # keyed hashes
    SECRET_FILE: "apart",
    "erasures": "apart",  # certificates without a value, contact numbers until they are settled
    ".git": "apart",  # named as history
}
"""First-level names of a project folder."""

DERIVED = frozenset(name for name, care in PLACES.items() if care == "derived")
"""What a run makes again."""

UNSEARCHED = frozenset(name for name, care in PLACES.items() if care == "apart") | {".assay/workspace.duckdb"}
"""Not searched for traces: see :data:`PLACES`; the workspace was made without them."""


def is_copy(relative: str) -> bool:
    """Whether a file, by its path in the project folder, may be destroyed because it holds a trace.

    Workbooks and lists are; extracts, rules and what the project remembers never are.
    """
    first, _, rest = relative.partition("/")
    if first in PLACES:
        return PLACES[first] == "derived"
    return bool(rest) or not relative.endswith((".jsonl", ".toml", ".key"))

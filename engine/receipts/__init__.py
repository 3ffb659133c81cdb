"""Control totals: what the customer counted at extraction against what arrived.

::

    controls   what was announced: assay.toml, or a control file (source,measure,value)
    compare    receipts.control: announced and found, side by side
    outcome    the same for the journal
"""

from engine.receipts.announced import Control, read_control_file, read_controls
from engine.receipts.compare import NO_ROWS, compare_controls, control_outcome

__all__ = ["NO_ROWS", "Control", "compare_controls", "control_outcome", "read_control_file", "read_controls"]

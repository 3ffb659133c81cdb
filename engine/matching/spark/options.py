"""Where Spark is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SparkOptions:
    """Where Spark is.

    Attributes:
        master: ``local[2]``, ``spark://host:7077``, ``yarn``, ``k8s://...``
        folder: where the job's files are written; on a cluster a folder that its machines see under the same path.
    """

    master: str
    folder: Path

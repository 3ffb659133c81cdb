"""Environments: contact bases of a project (dev, preprod, prod) that import files are rehearsed and applied in.

Files of a base hold personal data: they are private to the user, and nothing of them but counts is ever told.
"""

from engine.environments.apply import apply_files
from engine.environments.bases import (
    copy_environment,
    create_environment,
    list_environments,
    read_numbers,
    set_sales,
)
from engine.environments.compare import diff_environments
from engine.environments.place import Confirmation, Place, existing_store

__all__ = [
    "Confirmation", "Place", "apply_files", "copy_environment", "create_environment",
    "diff_environments", "existing_store", "list_environments", "read_numbers", "set_sales",
]  # fmt: skip

"""What an exception of the surroundings means to a user: said by its kind, never by a text that may hold values."""

from __future__ import annotations

import errno

import duckdb

from engine.pipeline import as_known_failure


def test_a_file_without_permission_is_named() -> None:
    known = as_known_failure(PermissionError(errno.EACCES, "Permission denied", "out/golden.csv"))
    assert known is not None
    assert known.exit_code == 4
    assert known.message.endswith(": out/golden.csv")


def test_a_full_disk_and_a_full_memory_are_told_apart() -> None:
    disk = as_known_failure(OSError(errno.ENOSPC, "No space left on device"))
    memory = as_known_failure(duckdb.OutOfMemoryException("could not allocate; Anna Muster"))
    assert disk is not None
    assert "disk" in disk.message
    assert memory is not None
    assert "memory" in memory.message
    assert "Anna" not in memory.message + (memory.hint or "")


def test_what_is_not_of_the_surroundings_is_a_defect() -> None:
    assert as_known_failure(ValueError("Anna Muster")) is None

"""Files that hold personal data, replaced and removed: the former bytes are overwritten, not only unlinked."""

from __future__ import annotations

import os
from pathlib import Path

from engine.workspace import overwrite


def replace(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of ``path`` and overwrite what stood there.

    The new file is on the disk before the old one goes: a crash leaves one of the two whole under the name.
    """
    fresh, former = path.with_name(path.name + ".new"), path.with_name(path.name + ".former")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    former.unlink(missing_ok=True)
    if path.is_file():
        os.link(path, former)
    os.replace(fresh, path)
    overwrite(former)


def destroy(folder: Path, *, keep: frozenset[str] = frozenset()) -> int:
    """Overwrite and remove every file below ``folder``, except first-level entries named in ``keep``.

    Returns:
        Files removed.
    """
    removed = 0
    if not folder.is_dir():
        return 0
    for path in sorted(folder.rglob("*"), key=lambda path: (-len(path.parts), path)):
        if path.relative_to(folder).parts[0] in keep:
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        else:
            overwrite(path)
            removed += 1
    return removed

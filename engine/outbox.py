"""The outbox: output files appear under their final names only when all of them are complete.

Stages write into ``<out>/.outbox``; :meth:`Outbox.publish` moves the files into place, the manifest last.
A manifest in the output folder therefore means that the files beside it belong together.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.errors import SurroundingsError

MANIFEST = "manifest.json"
_STAGING = ".outbox"


class Outbox:
    """A staging folder inside the output folder; a context manager that leaves no half-written file behind."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out / _STAGING
        try:
            out.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(mode=0o700)
        except OSError as error:
            raise SurroundingsError(
                f"cannot write to the output folder {out}: {error.strerror}", hint="Choose another folder with --out."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def publish(self) -> list[str]:
        """Move every staged file into the output folder and remove what the former manifest named and no longer is.

        Returns:
            Relative paths of the files written, sorted, the manifest included.

        Raises:
            SurroundingsError: a file cannot be moved into place.
        """
        staged = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        try:
            former = self._former()
            (self.out / MANIFEST).unlink(missing_ok=True)
            for name in sorted(staged, key=lambda name: (name == MANIFEST, name)):
                target = self.out / name
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(self.folder / name, target)
            for name in former - set(staged):
                (self.out / name).unlink(missing_ok=True)
        except OSError as error:
            raise SurroundingsError(f"cannot write to the output folder {self.out}: {error.strerror}") from error
        return staged

    def _former(self) -> set[str]:
        """Files that the manifest of an earlier run names, kept to paths below the output folder."""
        try:
            data = json.loads((self.out / MANIFEST).read_text(encoding="utf-8"))
            names = {str(entry["file"]) for entry in data["files"]}
        except (OSError, ValueError, KeyError, TypeError):
            return set()
        inside = self.out.resolve()
        return {name for name in names if (self.out / name).resolve().is_relative_to(inside)}

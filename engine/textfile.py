"""Small text files people hand over (lists, control totals): read whole, or refused with a reason."""

from __future__ import annotations

from pathlib import Path

from engine.errors import SourceError


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, without a byte order mark.

    Raises:
        SourceError: there is no such file, it may not be read, or it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SourceError(f"no such file: {path}", hint="Check the path; a name with spaces needs quotes.") from None
    except OSError:
        raise SourceError(f"cannot read {path}", hint="Is it a file, and may you read it?") from None
    except UnicodeDecodeError:
        raise SourceError(f"{path.name} is no UTF-8 text", hint="Save it as UTF-8 (CSV UTF-8 in Excel).") from None

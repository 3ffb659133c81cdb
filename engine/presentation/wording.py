"""How the page says numbers, shares, sizes and codes."""

from __future__ import annotations

from typing import Any


def number(value: int | float) -> str:
    """A count with thousands set apart.

    >>> number(1234567)
    '1,234,567'
    """
    return f"{value:,}"


def percent(share: float) -> str:
    """A share as a percentage that never rounds up to all nor down to nothing.

    >>> [percent(share) for share in (0, 0.00001, 0.1234, 0.99999, 1)]
    ['0\\xa0%', '<0.1\\xa0%', '12.3\\xa0%', '>99.9\\xa0%', '100\\xa0%']
    """
    if share in (0, 1):
        amount = str(int(share * 100))
    elif share < 0.001:
        amount = "<0.1"
    elif share > 0.999:
        amount = ">99.9"
    else:
        amount = f"{share * 100:.1f}"
    return f"{amount}\N{NO-BREAK SPACE}%"


def words(code: str) -> str:
    """A code as words: underscores become spaces.

    >>> words("too_many_cells")
    'too many cells'
    """
    return code.replace("_", " ")


def rename_none(entries: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Entries whose ``name`` is null get one that can be shown."""
    return [{**entry, "name": name if entry["name"] is None else entry["name"]} for entry in entries]


def visible(name: str) -> str:
    """A name from outside with its hidden characters made visible: a drawing is not looked at again by the page."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)

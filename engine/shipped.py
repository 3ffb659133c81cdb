"""Where the shipped rules and expectations live: the checkout's top level, or ``engine/_shipped`` in a wheel."""

from __future__ import annotations

from pathlib import Path

_ENGINE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """The folder of shipped data, ``rules`` or ``expectations``.

    A checkout wins over ``_shipped``: an editable install may leave a stale copy there.
    """
    checkout = _ENGINE.parent / folder
    if (checkout.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    return _ENGINE / "_shipped" / folder

"""How the engine tells a watcher what it is doing, without knowing who watches."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Receives the narration of a run. cli.py draws it on stderr; tests and libraries use :class:`Silent`."""

    def say(self, text: str) -> None:
        """One sentence worth reading: a guess made, a limit met. Never a value of a contact."""

    def step(self, text: str) -> None:
        """A step begins; the previous one of the same stage is over."""


class Silent:
    """A watcher that ignores everything."""

    def say(self, text: str) -> None:
        """Ignore."""

    def step(self, text: str) -> None:
        """Ignore."""

"""What live databases have in common: their options, and what their refusals mean."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from engine.errors import SourceError, UsageError
from engine.remote import Address


def seconds_to_connect() -> int:
    """How long a server may take to answer a login."""
    return 10


def refuse_options(address: Address, known: Sequence[str]) -> None:
    """Options of an address that its kind does not know.

    Raises:
        UsageError: there is one.
    """
    for name in address.options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"{address.scheme}:// has no option {name[:40]!r}",
                hint=f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known)) or 'none'}.",
            )


_LOGIN = ("password", "authentication", "login failed", "access denied", "no pg_hba", "role", "28p01", "28000", "18456")
_DATABASE = ("does not exist", "unknown database", "cannot open database", "service", "12514", "12505", "4060")
_SECURE = ("ssl", "tls", "certificate")


def refused(shown: str, text: str, error: BaseException) -> SourceError:
    """What the refusal of a login means. The driver's own text is looked at and never shown."""
    text = text.lower()
    kind = type(error).__name__
    if any(word in text for word in _LOGIN):
        return SourceError(
            f"{shown} refuses the login ({kind})",
            hint="Check the user, and where the password is: --credentials env:NAME, keyring:SERVICE or file:PATH.",
        )
    if any(word in text for word in _SECURE):
        return SourceError(
            f"{shown}: no secure connection could be made ({kind})",
            hint="Check the options for TLS of the address: docs/how-to/read-a-database.md.",
        )
    if any(word in text for word in _DATABASE):
        return SourceError(f"{shown}: the server has no such database ({kind})", hint="Check its name.")
    return SourceError(
        f"cannot reach {shown} ({kind})",
        hint="Check host and port, that the server runs, and that no firewall is between.",
    )

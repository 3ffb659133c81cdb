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


def numbered_by(place: str, key: Sequence[str] | None) -> str:
    """The note on what decides the number of a row of a table: its primary key, else its cells."""
    if key:
        return f"{place}: rows are numbered by the primary key ({', '.join(key)})"
    return f"{place}: rows are numbered in the order of their cells, for it has no primary key"


def numbered_as_asked(place: str, *, ordered: bool) -> str:
    """The note on what decides the number of a row of a query."""
    if ordered:
        return f"{place}: rows are numbered as the query orders them; where it leaves two equal, end it with a key"
    return f"{place}: rows are numbered in the order of their cells, for the query asks for no order"


_NO_HOST = (
    "could not translate host name",
    "name or service not known",
    "unknown mysql server host",
    "temporary failure in name",
    "nodename nor servname",
    "failed to resolve",
    "getaddrinfo",
)
_LOGIN = ("password", "authentication", "login failed", "access denied", "no pg_hba", "role", "28p01", "28000", "18456")
_DATABASE = ("does not exist", "unknown database", "cannot open database", "service", "12514", "12505", "4060")
_SECURE = ("ssl", "tls", "certificate")


def refused(shown: str, text: str, error: BaseException) -> SourceError:
    """What the refusal of a login means. The driver's own text is looked at and never shown."""
    text = text.lower()
    kind = type(error).__name__
    if any(word in text for word in _NO_HOST):
        return SourceError(f"cannot reach {shown}: its host is not known ({kind})", hint="Check the name of the host.")
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


_REFUSALS = (
    (
        ("permission", "denied", "insufficient privileges"),
        "this user may not read that",
        "Ask for the right to SELECT.",
    ),
    (
        ("invalid object name", "invalid column name", "view not found", "doesn't exist", "unknown column"),
        "a table or a column of the query is not there",
        "Check the names.",
    ),
    (("table or view does not exist", "invalid identifier"), "a table or a column is not there", "Check the names."),
    (
        ("duplicate column", "ambiguous", "specified multiple times", "ora-00918"),
        "two columns of the query have the same name",
        "Give each its own: select ... as NAME.",
    ),
    (("syntax",), "it does not understand the query", "Try it in another client first."),
    (("read only", "read-only"), "the query would write, and the session only reads", None),
    (
        ("unsupported", "not supported", "dpy-3"),
        "a column has a type that cannot be read",
        "Leave it out, or convert it to text in the query.",
    ),
)


def failed(shown: str, text: str, error: BaseException) -> SourceError:
    """What an error while reading means. The driver's own text is looked at and never shown: it may hold values."""
    text = text.lower()
    for words, told, hint in _REFUSALS:
        if any(word in text for word in words):
            return SourceError(f"{shown}: {told} ({type(error).__name__})", hint=hint)
    return SourceError(
        f"{shown}: the connection was lost or the server stopped ({type(error).__name__})",
        hint="Try again; if it happens again, ask who runs the server.",
    )
